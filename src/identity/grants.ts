import type { User } from '../accounts/accounts.ts';
import { closure, type Right } from '../contract/accounts/rights.ts';
import { AppError } from '../contract/errors.ts';
import type { AuditAct, AuditAuthor, NewAuditEntry } from '../contract/records/audit.ts';
import { changesOf } from '../contract/records/audit-changes.ts';
import { type AccountSnapshot, isAdministrator, rightsOf } from './account-snapshot.ts';
import type { Principal } from './principal.ts';

/** The author of a change, the origin of the request, and the time (ms since the epoch). */
export type Actor = { principal: Principal; author: AuditAuthor; at: number };

/** Throws AppError `forbidden` unless the principal has all of these rights. */
export function checkGrant({ principal }: Actor, rights: Iterable<Right>): void {
  const missing = Array.from(rights).filter((right) => !principal.rights.has(right));
  if (missing.length > 0)
    throw new AppError('forbidden', `This needs rights that you don't have: ${missing.join(', ')}.`);
}

/** Whether all of these rights are among the others. */
export function areWithin(rights: ReadonlySet<Right>, others: ReadonlySet<Right>): boolean {
  return Array.from(rights).every((right) => others.has(right));
}

/** Throws AppError `forbidden` unless the principal has the rights that `after` has and `before` has not. */
export function checkAddedRights(actor: Actor, before: readonly Right[], after: readonly Right[]): void {
  const had = closure(before);
  checkGrant(
    actor,
    [...closure(after)].filter((right) => !had.has(right)),
  );
}

/**
 * Throws AppError `forbidden` when a principal who is no administrator would change something of an administrator.
 */
export function checkIsAbove({ principal }: Actor, owner: Pick<User, 'roleIds'> | null | undefined): void {
  // Objects of MILLRACE_ADMIN_TOKEN count as an administrator's.
  const isProtected = owner === null || (owner !== undefined && isAdministrator(owner));
  if (isProtected && !principal.isAdministrator)
    throw new AppError('forbidden', 'Only an administrator can change an administrator.');
}

/** Whether a principal may create a link that lets its recipient act as this user. */
export function mayInvite(principal: Principal, user: User, snapshot: AccountSnapshot): boolean {
  return (
    principal.rights.has('users:manage') &&
    (principal.isAdministrator || !isAdministrator(user)) &&
    areWithin(rightsOf(user, snapshot), principal.rights)
  );
}

/** The audit entry of a change of accounts; `before` and `after` are the values shown to people. */
export function accountEntry(
  { author, at }: Pick<Actor, 'author' | 'at'>,
  act: AuditAct,
  of: Pick<NewAuditEntry, 'kind' | 'id' | 'name'>,
  { before, after }: { before?: object; after?: object } = {},
): NewAuditEntry {
  return {
    createdAt: new Date(at).toISOString(),
    ...author,
    act,
    ...of,
    result: 'done',
    code: null,
    changes: changesOf(before, after),
  };
}

/** The version fields of the next version of a record, or of its first. */
export function stamped({ principal, at }: Actor, before: { version: number; createdAt: number } | null) {
  return {
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
    updatedBy: principal.name,
  };
}
