import type { AccountChange, User } from '../accounts/accounts.ts';
import type { UserInput, UserPatch } from '../contract/accounts/user.ts';
import { AppError, invalid } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import { type AccountSnapshot, foldEmail, hasAdministrator, isAdministrator, rightsOf } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { endedSessionsOf } from './ended-sessions.ts';
import { type Actor, accountEntry, checkGrant, checkIsAbove, stamped } from './grants.ts';
import { digestOf } from './one-time-secret.ts';

/** How long an invitation is valid. */
const invitationMs = 7 * 86_400_000;

type UserPlan = Plan & { user: User };

/** The hash of a password, or the secret of an invitation to set one. */
type Entry = { passwordHash: string } | { invite: string };

/** The plan of a new user. Throws AppError `forbidden` when its roles have rights that the actor lacks. */
export function createUser(
  snapshot: AccountSnapshot,
  input: UserInput,
  entry: Entry,
  newId: NewId,
  actor: Actor,
): UserPlan {
  checkEmailIsFree(snapshot, input.email, null);
  checkRoles(snapshot, input.roleIds, [], actor);
  const { email, status, roleIds } = input;
  const user: User = {
    ...unauthenticated,
    ...('invite' in entry ? { invitation: invitationOf(entry.invite, actor) } : entry),
    id: newId('user'),
    email,
    status,
    roleIds: [...new Set(roleIds)],
    ...stamped(actor, null),
  };
  const reported = accountEntry(actor, 'create', namedOf(user), { after: auditedUser(user) });
  return { user, changes: [{ op: 'put', kind: 'user', value: user }], entries: [reported] };
}

/**
 * The plan of a changed user. Throws AppError `forbidden` when another principal than an administrator would change
 * an administrator, or when the user gets rights that the actor lacks, or an e-mail or a password while having such
 * rights, and `last_administrator`.
 */
export function changeUser(
  snapshot: AccountSnapshot,
  before: User,
  patch: Omit<UserPatch, 'password'> & { passwordHash?: string },
  actor: Actor,
): UserPlan {
  checkIsAbove(actor, before);
  const { email = before.email, status = before.status, passwordHash = before.passwordHash } = patch;
  const roleIds = [...new Set(patch.roleIds ?? before.roleIds)];
  if (patch.email !== undefined) checkEmailIsFree(snapshot, email, before.id);
  checkRoles(snapshot, roleIds, before.roleIds, actor);
  const setsPassword = patch.passwordHash !== undefined;
  if (setsPassword) checkIsOther(actor, before);
  // A principal that sets a user's password, gets their e-mail (links for forgotten passwords are sent to it), or enables
  // the user, could act as that user.
  if (setsPassword || email !== before.email || (status === 'enabled' && before.status === 'disabled'))
    checkGrant(actor, rightsOf({ roleIds }, snapshot));
  const user: User = {
    ...before,
    email,
    status,
    roleIds,
    passwordHash,
    invitation: setsPassword ? null : before.invitation,
    // It was sent to the former e-mail address.
    reset: setsPassword || email !== before.email || status === 'disabled' ? null : before.reset,
    ...stamped(actor, before),
  };
  checkAdministratorStays(snapshot, before, user);
  const reason = status === 'disabled' ? 'account_disabled' : setsPassword ? 'password_changed' : null;
  const ended = reason === null ? [] : endedSessionsOf(snapshot, before.id, { reason, at: actor.at });
  return {
    user,
    changes: [{ op: 'put', kind: 'user', value: user }, ...ended],
    entries: [
      accountEntry(actor, 'change', namedOf(user), { before: auditedUser(before), after: auditedUser(user) }),
      ...(setsPassword ? [accountEntry(actor, 'set_password', namedOf(user))] : []),
    ],
  };
}

/** The plan of a new invitation, which replaces the previous one. Its recipient sets the password. */
export function inviteUser(snapshot: AccountSnapshot, before: User, invite: string, actor: Actor): UserPlan {
  checkIsAbove(actor, before);
  checkIsOther(actor, before);
  checkGrant(actor, rightsOf(before, snapshot));
  const user: User = { ...before, invitation: invitationOf(invite, actor), ...stamped(actor, before) };
  return {
    user,
    changes: [{ op: 'put', kind: 'user', value: user }],
    entries: [accountEntry(actor, 'invite', namedOf(user))],
  };
}

/** The plan of removing a user with all sessions and tokens. */
export function removeUser(snapshot: AccountSnapshot, user: User, actor: Actor): Plan {
  checkIsAbove(actor, user);
  checkAdministratorStays(snapshot, user, null);
  const tokens = [...snapshot.tokens.values()].filter((one) => one.userId === user.id);
  return {
    changes: [
      ...endedSessionsOf(snapshot, user.id, { reason: 'account_disabled', at: actor.at }),
      ...tokens.map(({ id }): AccountChange => ({ op: 'remove', kind: 'token', id })),
      { op: 'remove', kind: 'user', id: user.id },
    ],
    entries: [accountEntry(actor, 'delete', namedOf(user), { before: auditedUser(user) })],
  };
}

/** A user who has never signed in, and can't yet. */
export const unauthenticated = { passwordHash: null, invitation: null, reset: null, sso: null, lastSignInAt: null };

/** The name of a user in audit entries. */
export function namedOf({ id, email }: Pick<User, 'id' | 'email'>) {
  return { kind: 'user' as const, id, name: email };
}

function checkEmailIsFree(snapshot: AccountSnapshot, email: string, own: string | null): void {
  const holder = snapshot.usersByEmail.get(foldEmail(email));
  if (holder !== undefined && holder.id !== own)
    throw new AppError('name_taken', `A user with the e-mail ${holder.email} already exists (${holder.id}).`);
}

/** Users change their own password with PATCH /me, which asks for the current one: an open browser is not enough. */
function checkIsOther({ principal }: Actor, { id }: User): void {
  if (principal.userId === id) throw new AppError('conflict', 'Set your own password with PATCH /me.');
}

function checkRoles(
  snapshot: AccountSnapshot,
  roleIds: readonly string[],
  before: readonly string[],
  actor: Actor,
): void {
  const errors = roleIds.flatMap((id, index) =>
    snapshot.roles.has(id) ? [] : [{ pointer: `/roleIds/${index}`, detail: `There is no role ${id}.` }],
  );
  if (errors.length > 0) throw invalid(errors);
  const added = roleIds.filter((id) => !before.includes(id));
  if (isAdministrator({ roleIds: added }) && !actor.principal.isAdministrator)
    throw new AppError('forbidden', 'Only an administrator can make a user an administrator.');
  checkGrant(actor, rightsOf({ roleIds: added }, snapshot));
}

/** Throws AppError `last_administrator`, unless there is no administrator before the change. */
export function checkAdministratorStays(snapshot: AccountSnapshot, before: User, after: User | null): void {
  if (!hasAdministrator([before]) || (after !== null && hasAdministrator([after]))) return;
  const others = [...snapshot.users.values()].filter(({ id }) => id !== before.id);
  if (!hasAdministrator(others)) throw new AppError('last_administrator');
}

function invitationOf(invite: string, { principal, at }: Actor): User['invitation'] {
  return { digest: digestOf(invite), expiresAt: at + invitationMs, by: principal.id };
}

/** The values of a user in audit entries. */
export function auditedUser({ email, status, roleIds, sso }: User) {
  return { email, status, roleIds, ...(sso === null ? {} : { sso: sso.issuer }) };
}
