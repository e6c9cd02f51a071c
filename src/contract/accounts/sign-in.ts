import { z } from 'zod';
import { timestamp } from '../text.ts';
import { right } from './role.ts';
import { email, newPassword, triedPassword, user } from './user.ts';

const oneTime = z.string().max(200);

/** The first administrator: made once, by whoever holds the address that the server printed. */
export const setupInput = z.strictObject({ setupToken: oneTime, email, password: newPassword });

/** Whether there is no administrator yet. */
export const setupState = z.strictObject({ open: z.boolean() });

/** A password set by whoever holds an invitation. */
export const invitationInput = z.strictObject({ inviteToken: oneTime, password: newPassword });

/** An e-mail that nobody can have is a wrong one like others. */
export const signInInput = z.strictObject({ email: z.string().max(254), password: triedPassword });

/** The password is asked for again when the sign-in is over ten minutes old, and always of a token. */
export const ownPatch = z.strictObject({ password: newPassword, currentPassword: triedPassword.optional() });

/** A session as its user sees it; `expiresAt` moves on with use, up to seven days after the sign-in. */
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

/** Who is asking. `user` is null for MILLRACE_ADMIN_TOKEN; `session` and `tokenId` tell by which credentials. */
export const me = z.strictObject({
  name: z.string(),
  rights: z.array(right),
  administrator: z.boolean(),
  user: user.nullable(),
  session: session.nullable(),
  tokenId: z.string().nullable(),
});
