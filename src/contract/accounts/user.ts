import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged, textFilter } from '../route.ts';
import { timestamp } from '../text.ts';
import { emailPattern, lengthProblem, passwordLength } from './credentials.ts';

const control = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** The e-mail address that a user signs in with, case-insensitive. No mail is sent to it. */
export const email = z
  .string()
  .trim()
  .max(254)
  .regex(emailPattern, 'Must be an e-mail address.')
  .refine((text) => !control.test(text), 'Must be an e-mail address.');

/** A new password. That it differs from the e-mail address is checked where both are known. */
export const newPassword = z
  .string()
  .max(4 * passwordLength.max)
  .refine(
    (text) => lengthProblem(text) === null,
    `Must have ${passwordLength.min} to ${passwordLength.max} characters.`,
  )
  // JSON Schema counts characters, too.
  .meta({
    minLength: passwordLength.min,
    maxLength: passwordLength.max,
    accepts: 'Not a repetition of a few characters, and not the e-mail address.',
  });

/** A password to verify. The limit is in UTF-16 units, wide enough for every password that can be set. */
export const triedPassword = z.string().max(4 * passwordLength.max);

export const userStatus = z.enum(['enabled', 'disabled']);

const roleIds = z.array(z.string().max(64)).max(50);

/** A user as a client writes it. Without a password the response contains a one-time URL to set one. */
export const userInput = z.strictObject({
  email,
  password: newPassword.optional(),
  status: userStatus.default('enabled'),
  roleIds: roleIds.default([]),
});
export type UserInput = z.output<typeof userInput>;

/** A JSON Merge Patch of a user. A new password ends the user's sessions. */
export const userPatch = userInput.extend({ status: userStatus, roleIds }).partial();
export type UserPatch = z.output<typeof userPatch>;

/**
 * A user as GET returns it. `invited`: the user can't sign in yet. `sso`: the user signs in with OpenID Connect, and has
 * the roles of the groups there.
 */
export const user = z.strictObject({
  ...stamp,
  email: z.string(),
  status: userStatus,
  roleIds: z.array(z.string()),
  invited: z.boolean(),
  sso: z.boolean(),
  lastSignInAt: timestamp.nullable(),
});
export type ShownUser = z.output<typeof user>;

/** A user who has to set a password at `inviteUrl`. The URL is returned once and works once, for seven days. */
export const invitedUser = user.extend({ inviteUrl: z.string().optional() });

export const userRoutes = tagged('users', {
  listUsers: api('GET /users', 'users:view', 'List users, newest first', {
    query: pageQuery({ email: textFilter, status: userStatus.optional(), roleId: textFilter }),
    output: pageOf(user),
  }),
  createUser: api(
    'POST /users',
    'users:manage',
    'Create a user; without a password the response contains `inviteUrl`, returned once',
    { audit: 'create user', body: userInput, output: invitedUser, status: 201 },
  ),
  getUser: api('GET /users/{id}', 'users:view', 'Get a user', { output: user }),
  changeUser: api('PATCH /users/{id}', 'users:manage', 'Change a user (JSON Merge Patch)', {
    audit: 'change user',
    body: userPatch,
    output: user,
  }),
  inviteUser: api(
    'POST /users/{id}/invite',
    'users:manage',
    'Create a new one-time link to set a password; the previous one stops working',
    { audit: 'invite user', output: invitedUser },
  ),
  deleteUser: api('DELETE /users/{id}', 'users:manage', 'Delete a user with all sessions and tokens', {
    audit: 'delete user',
  }),
});
