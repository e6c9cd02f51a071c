import type { User } from '../accounts/accounts.ts';
import type { Right } from '../contract/accounts/rights.ts';
import { AppError } from '../contract/errors.ts';
import type { AuditAct, AuditAuthor, NewAuditEntry } from '../contract/records/audit.ts';
import { changesOf } from '../contract/records/audit-changes.ts';
import { isAdministrator } from './account-snapshot.ts';
import type { Principal } from './principal.ts';

/** Who changes something, from where, and when (ms since the epoch). */
export type Actor = { principal: Principal; author: AuditAuthor; at: number };

/** Throws AppError `forbidden` unless the giver has all of these rights. */
export function checkGrant({ principal }: Actor, rights: Iterable<Right>): void {
  const missing = Array.from(rights).filter((right) => !principal.rights.has(right));
  if (missing.length > 0)
    throw new AppError('forbidden', `This needs rights that you lack yourself: ${missing.join(', ')}.`);
}

/** Throws AppError `forbidden` when something of an administrator would be changed by somebody else. */
export function checkIsAbove({ principal }: Actor, owner: Pick<User, 'roleIds'> | null | undefined): void {
  // What belongs to MILLRACE_ADMIN_TOKEN belongs to an administrator.
  const isProtected = owner === null || (owner !== undefined && isAdministrator(owner));
  if (isProtected && !principal.isAdministrator)
    throw new AppError('forbidden', 'Only an administrator changes an administrator.');
}

/** How the audit trail tells a change of accounts; `before` and `after` are what people are shown of it. */
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

/** The stamp of the next version of a record, or of its first. */
export function stamped({ principal, at }: Actor, before: { version: number; createdAt: number } | null) {
  return {
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? at,
    updatedAt: at,
    updatedBy: principal.name,
  };
}
