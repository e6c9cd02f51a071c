import type { ShownRole } from '../contract/accounts/role.ts';
import type { ShownToken } from '../contract/accounts/token.ts';
import type { ShownUser } from '../contract/accounts/user.ts';

/** The kinds of documents, ordered so that each refers only to earlier ones. */
export const kindNames = ['collector', 'connection', 'destination', 'behavior', 'action', 'alert'] as const;
export type Kind = (typeof kindNames)[number];

/** A document as the API returns it. Commands print it and read only these fields. */
export type Document = { id: string; name: string; version: number; [field: string]: unknown };

/** The kinds of objects that commands find by name. `ownToken`: a token of the caller, which needs no right. */
export type Named = { [kind in Kind]: Document } & {
  user: ShownUser;
  role: ShownRole;
  token: ShownToken;
  ownToken: ShownToken;
};
export type NamedKind = keyof Named;

/** The display name; that of a user is the e-mail address. */
export function nameOf(one: Named[NamedKind]): string {
  return 'email' in one ? String(one['email']) : one.name;
}
