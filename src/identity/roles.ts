import type { Role } from '../accounts/accounts.ts';
import { administratorRoleId } from '../contract/accounts/rights.ts';
import type { RoleInput, RolePatch } from '../contract/accounts/role.ts';
import { AppError, inUse } from '../contract/errors.ts';
import { foldName } from '../contract/fold-name.ts';
import type { NewId } from '../contract/ids.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { type Actor, accountEntry, checkAddedRights, checkGrant, stamped } from './grants.ts';

type RolePlan = Plan & { role: Role };

/** The plan of a new role. Throws AppError `forbidden` when it has rights that the actor lacks. */
export function createRole(snapshot: AccountSnapshot, input: RoleInput, newId: NewId, actor: Actor): RolePlan {
  checkNameIsFree(snapshot, input.name, null);
  checkGrant(actor, input.rights);
  const role: Role = { id: newId('role'), ...input, ...stamped(actor, null) };
  const reported = accountEntry(actor, 'create', namedOf(role), { after: audited(role) });
  return { role, changes: [{ op: 'put', kind: 'role', value: role }], entries: [reported] };
}

/**
 * The plan of a changed role. Throws AppError `forbidden` when it gets rights that the actor lacks, or another name while
 * it has such rights.
 */
export function changeRole(snapshot: AccountSnapshot, before: Role, patch: RolePatch, actor: Actor): RolePlan {
  checkIsOwn(before);
  const { name = before.name, description = before.description, rights = before.rights } = patch;
  checkNameIsFree(snapshot, name, before.id);
  // Single sign-on assigns roles by name, so a new name may give this one to other people.
  checkAddedRights(actor, name === before.name ? before.rights : [], rights);
  const role: Role = { ...before, name, description, rights, ...stamped(actor, before) };
  const reported = accountEntry(actor, 'change', namedOf(role), { before: audited(before), after: audited(role) });
  return { role, changes: [{ op: 'put', kind: 'role', value: role }], entries: [reported] };
}

/** The plan of removing a role. Throws AppError `in_use` when users have it. */
export function removeRole(snapshot: AccountSnapshot, role: Role, actor: Actor): Plan {
  checkIsOwn(role);
  const users = holdersOf(snapshot, role.id).map(({ id, email }) => ({ kind: 'user', id, name: email }));
  if (users.length > 0) throw inUse(users);
  const reported = accountEntry(actor, 'delete', namedOf(role), { before: audited(role) });
  return { changes: [{ op: 'remove', kind: 'role', id: role.id }], entries: [reported] };
}

/** The users with a role. */
export function holdersOf(snapshot: AccountSnapshot, roleId: string) {
  return [...snapshot.users.values()].filter(({ roleIds }) => roleIds.includes(roleId));
}

function checkIsOwn({ id, name }: Role): void {
  if (id === administratorRoleId) throw new AppError('conflict', `The role ${name} can't be changed.`);
}

function checkNameIsFree(snapshot: AccountSnapshot, name: string, own: string | null): void {
  for (const role of snapshot.roles.values())
    if (foldName(role.name) === foldName(name) && role.id !== own)
      throw new AppError('name_taken', `A role named ${role.name} already exists (${role.id}).`);
}

const namedOf = ({ id, name }: Role) => ({ kind: 'role' as const, id, name });
const audited = ({ name, description, rights }: Role) => ({ name, description, rights });
