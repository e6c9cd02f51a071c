import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { pageOf, pageQuery } from '../records/page.ts';
import { api, tagged, textFilter } from '../route.ts';
import { documentName, instant, timestamp } from '../text.ts';
import { right, rightList } from './role.ts';

/** The prefix of tokens, by which the scrubber and secret scanners recognise them. */
export const tokenPrefix = 'mlr_';

/** The default lifetime of a token, in days. */
export const tokenDays = 365;

/** A token as a client writes it. Without `expiresAt` it expires in a year; with null, never. */
export const tokenInput = z.strictObject({
  name: documentName,
  rights: rightList,
  expiresAt: instant.nullable().optional().meta({ accepts: 'In the future.' }),
});
export type TokenInput = z.output<typeof tokenInput>;

/** A JSON Merge Patch of a token; `expiresAt` null removes the expiry. */
export const tokenPatch = tokenInput.partial();
export type TokenPatch = z.output<typeof tokenPatch>;

/**
 * A token as GET returns it. `userId` is the user who created it, null for MILLRACE_ADMIN_TOKEN. The token has those of
 * `rights` that its user has at the time of the request. `lastUsedAt` is exact to a minute.
 */
export const token = z.strictObject({
  ...stamp,
  name: z.string(),
  userId: z.string().nullable(),
  rights: z.array(right),
  expiresAt: timestamp.nullable(),
  lastUsedAt: timestamp.nullable(),
});
export type ShownToken = z.output<typeof token>;

/** The response that creates a token: the only one that contains its value. */
export const newToken = token.extend({ token: z.string() });

export const tokenRoutes = tagged('tokens', {
  listTokens: api('GET /tokens', 'users:view', 'List the tokens of all users, newest first', {
    query: pageQuery({ name: textFilter, userId: textFilter }),
    output: pageOf(token),
  }),
  createToken: api('POST /tokens', 'users:manage', 'Create a token of your own; its value is returned once', {
    audit: 'create token',
    body: tokenInput,
    output: newToken,
    status: 201,
  }),
  getToken: api('GET /tokens/{id}', 'users:view', 'Get a token', { output: token }),
  changeToken: api('PATCH /tokens/{id}', 'users:manage', 'Change a token (JSON Merge Patch)', {
    audit: 'change token',
    body: tokenPatch,
    output: token,
  }),
  deleteToken: api('DELETE /tokens/{id}', 'users:manage', 'Delete a token', { audit: 'revoke token' }),
});
