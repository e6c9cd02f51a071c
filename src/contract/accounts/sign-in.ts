import { z } from 'zod';
import { timestamp } from '../text.ts';
import { right } from './role.ts';
import { email, newPassword, triedPassword, user } from './user.ts';

const oneTime = z.string().max(200);

/** Creates the first administrator. Works once, with the token from the setup link that the server printed. */
export const setupInput = z.strictObject({ setupToken: oneTime, email, password: newPassword });

/** `open`: there is no administrator yet. */
export const setupState = z.strictObject({ open: z.boolean() });

/** Sets a password with the token of an invitation. */
export const invitationInput = z.strictObject({ inviteToken: oneTime, password: newPassword });

/** Any text is accepted as an e-mail here: an invalid one fails like a wrong password. */
export const signInInput = z.strictObject({ email: z.string().max(254), password: triedPassword });

/** `currentPassword` is required when the sign-in is over ten minutes old, and always for a token. */
export const ownPatch = z.strictObject({ password: newPassword, currentPassword: triedPassword.optional() });

/** A session as its user sees it. Use extends `expiresAt`, up to seven days after the sign-in. */
export const session = z.strictObject({
  id: z.string(),
  current: z.boolean(),
  createdAt: timestamp,
  lastUsedAt: timestamp,
  expiresAt: timestamp,
  address: z.string(),
  userAgent: z.string(),
});
export type ShownSession = z.output<typeof session>;

/** The caller. `user` is null for MILLRACE_ADMIN_TOKEN; `session` or `tokenId` names the credentials used. */
export const me = z.strictObject({
  name: z.string(),
  rights: z.array(right),
  administrator: z.boolean(),
  user: user.nullable(),
  session: session.nullable(),
  tokenId: z.string().nullable(),
});
