import { z } from 'zod';
import { stamp } from '../documents/document.ts';
import { documentName, timestamp } from '../text.ts';
import { right, rightList } from './role.ts';

/** How long a token lives that was made without saying so. */
export const tokenDays = 365;

const expiresAt = z.iso.datetime({ offset: true }).nullable();

/** A token as its maker writes it. `expiresAt` left out: a year from now; null: never. */
export const tokenInput = z.strictObject({ name: documentName, rights: rightList, expiresAt: expiresAt.optional() });
export type TokenInput = z.output<typeof tokenInput>;

/** A JSON Merge Patch of a token; `expiresAt` null takes the end away. */
export const tokenPatch = z.strictObject({
  name: documentName.optional(),
  rights: rightList.optional(),
  expiresAt: expiresAt.optional(),
});
export type TokenPatch = z.output<typeof tokenPatch>;

/**
 * A token as GET shows it. `userId` is its maker, null: the holder of MILLRACE_ADMIN_TOKEN. It can do what `rights`
 * name and its maker may, as of now. `lastUsedAt` is exact to a minute.
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

/** The fields of a token that GET shows and a write ignores. */
export const tokenReadOnly = ['userId', 'lastUsedAt'] as const;

/** The answer that makes a token: the only one that holds its value. */
export const newToken = token.extend({ token: z.string() });
