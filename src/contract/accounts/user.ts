import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { timestamp } from '../text.ts';

const control = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** What people sign in with; case does not matter. Nothing is sent to it. */
export const email = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+$/, 'Must be an e-mail address.')
  .refine((text) => !control.test(text), 'Must be an e-mail address.');

/** Characters (code points) of a password that is set; what is longer than this only costs time. */
export const passwordLength = { min: 12, max: 256 } as const;

/** A password that is being set; that it is not the e-mail is looked at where both are known. */
export const newPassword = z
  .string()
  .max(4 * passwordLength.max)
  .refine(
    (text) => lengthOf(text) >= passwordLength.min && lengthOf(text) <= passwordLength.max,
    `Must have ${passwordLength.min} to ${passwordLength.max} characters.`,
  );

/** A password that is being tried: of any length that one can have. */
export const triedPassword = z.string().max(4 * passwordLength.max);

export const userStatus = z.enum(['enabled', 'disabled']);

const roleIds = z.array(z.string().max(64)).max(50);

/** A user as a person writes it; without a password the answer holds a one-time address to set one at. */
export const userInput = z.strictObject({
  email,
  password: newPassword.optional(),
  status: userStatus.default('enabled'),
  roleIds: roleIds.default([]),
});
export type UserInput = z.output<typeof userInput>;

/** A JSON Merge Patch of a user. A password that is set ends the user's sessions. */
export const userPatch = z.strictObject({
  email: email.optional(),
  password: newPassword.optional(),
  status: userStatus.optional(),
  roleIds: roleIds.optional(),
});
export type UserPatch = z.output<typeof userPatch>;

/** The fields of a user that GET shows and a write ignores. */
export const userReadOnly = ['invited', 'lastSignInAt'] as const;

/** A user as GET shows it. `invited`: no password was set yet. */
export const user = z.strictObject({
  ...stamp,
  email: z.string(),
  status: userStatus,
  roleIds: z.array(z.string()),
  invited: z.boolean(),
  lastSignInAt: timestamp.nullable(),
});
export type ShownUser = z.output<typeof user>;

/** A user that has to set a password at `inviteUrl`, which is told once and works once, for seven days. */
export const invitedUser = user.extend({ inviteUrl: z.string().optional() });

function lengthOf(text: string): number {
  return Array.from(text).length;
}
