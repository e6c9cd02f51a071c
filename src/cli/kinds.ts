import type { ShownRole } from '../contract/accounts/role.ts';
import type { ShownToken } from '../contract/accounts/token.ts';
import type { ShownUser } from '../contract/accounts/user.ts';
import { type TransferKind, transferKinds } from '../contract/documents/transfer-kinds.ts';

export { type TransferKind as Kind, transferKinds as kindNames };

/** A document as the API returns it. Commands print it and read only these fields. */
export type Document = { id: string; name: string; version: number; [field: string]: unknown };

/** The kinds of objects that commands find by name. `ownToken`: a token of the caller, which needs no right. */
export type Named = { [kind in TransferKind]: Document } & {
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
