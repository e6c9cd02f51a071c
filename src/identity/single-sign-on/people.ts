import type { User } from '../../accounts/accounts.ts';
import { email as emailSchema } from '../../contract/accounts/user.ts';
import { AppError } from '../../contract/errors.ts';
import type { NewId } from '../../contract/ids.ts';
import { type AccountSnapshot, foldEmail } from '../account-snapshot.ts';
import type { Directory, Plan } from '../directory.ts';
import { endedSessionsOf } from '../ended-sessions.ts';
import { accountEntry } from '../grants.ts';
import { freshMs } from '../sessions.ts';
import type { SignInContext } from '../sign-in.ts';
import { auditedUser, checkAdministratorStays, namedOf, unauthenticated } from '../users.ts';
import type { Identified } from './openid-provider.ts';

type Parts = {
  directory: Directory;
  issuer: string;
  /** The names of roles by group. */
  roles: ReadonlyMap<string, string>;
  newId: NewId;
  now: () => number;
};

/**
 * The users that people of the provider have here: recognised by issuer and subject, with the roles of their
 * groups, which follow them at every sign-in.
 */
export function peopleOf({ directory, issuer, roles, newId, now }: Parts) {
  function roleIdsOf({ roles: stored }: AccountSnapshot, groups: readonly string[]): string[] {
    const names = new Set(groups.flatMap((group) => roles.get(group)?.toLowerCase() ?? []));
    return [...stored.values()].filter(({ name }) => names.has(name.toLowerCase())).map(({ id }) => id);
  }

  function holderOf({ users }: AccountSnapshot, { subject }: Identified): User | undefined {
    return users.values().find(({ sso }) => sso?.issuer === issuer && sso.subject === subject);
  }

  /** The stored user with the e-mail and the roles that the provider states. Throws AppError `sso_refused`. */
  function updated(snapshot: AccountSnapshot, before: User, person: Identified, roleIds: string[]): User {
    if (before.status !== 'enabled') throw refused('Your account is disabled. Ask an administrator.');
    const email = person.isEmailVerified === false ? null : checkedEmail(person);
    const holder = email === null ? undefined : snapshot.usersByEmail.get(foldEmail(email));
    const isFree = holder === undefined || holder.id === before.id;
    return { ...before, email: email !== null && isFree ? email : before.email, roleIds };
  }

  function created(snapshot: AccountSnapshot, person: Identified, roleIds: string[], at: number): User {
    const email = checkedEmail(person);
    if (email === null) throw refused('The provider gave no e-mail address.');
    if (person.isEmailVerified === false) throw refused('The provider has not verified your e-mail address.');
    if (snapshot.usersByEmail.has(foldEmail(email)))
      throw refused(
        'A user with your e-mail address exists. Sign in with the password, then connect it on the page Account.',
      );
    const sso = { issuer, subject: person.subject };
    const stamp = { version: 0, createdAt: at, updatedAt: at, updatedBy: email };
    return { ...unauthenticated, id: newId('user'), email, status: 'enabled', roleIds, sso, ...stamp };
  }

  /** The user of a session that was opened just now, connected to the person: its password is removed. */
  function connected(snapshot: AccountSnapshot, sessionId: string, person: Identified): User {
    const session = snapshot.sessions.get(sessionId);
    const user = snapshot.users.get(session?.userId ?? '');
    if (session === undefined || user === undefined) throw stale();
    if (now() - session.createdAt >= freshMs)
      throw refused('Your sign-in is over ten minutes old. Sign in again, then connect.');
    if (user.sso !== null) throw refused('Your account is connected to another identity.');
    const sso = { issuer, subject: person.subject };
    return { ...user, sso, passwordHash: null, invitation: null, reset: null };
  }

  /**
   * The user who signs in, with the change to write: at first the user is created, or that of the session `linkTo` is
   * connected. Throws AppError `sso_refused`.
   */
  function planOf(
    snapshot: AccountSnapshot,
    person: Identified,
    { linkTo, visit }: { linkTo: string | null; visit: SignInContext },
  ): Plan & { user: User } {
    const at = now();
    const roleIds = roleIdsOf(snapshot, person.groups);
    const known = holderOf(snapshot, person);
    if (linkTo !== null && known !== undefined) throw refused('This identity is connected to another user.');
    if (roleIds.length === 0) throw refused('None of your groups has a role here. Ask an administrator.');
    const before = linkTo === null ? known : connected(snapshot, linkTo, person);
    const after =
      before === undefined ? created(snapshot, person, roleIds, at) : updated(snapshot, before, person, roleIds);
    const stored = snapshot.users.get(after.id);
    if (linkTo !== null && stored !== undefined) checkAdministratorStays(snapshot, stored, after);
    return changed(stored, after, { visit, at });
  }

  /** Takes the roles of a known person whose groups have none any more, and ends the sessions. */
  async function dismiss(person: Identified, visit: SignInContext): Promise<void> {
    const lost = (snapshot: AccountSnapshot) =>
      roleIdsOf(snapshot, person.groups).length === 0 ? holderOf(snapshot, person) : undefined;
    if (lost(directory.snapshot) === undefined) return;
    await directory.change((snapshot) => {
      const user = lost(snapshot);
      if (user === undefined) return { changes: [], entries: [] };
      const plan = changed(user, { ...user, roleIds: [] }, { visit, at: now() });
      const ends = endedSessionsOf(snapshot, user.id, { reason: 'account_disabled', at: now() });
      return { ...plan, changes: [...plan.changes, ...ends] };
    });
  }

  return {
    holderOf,
    planOf,
    dismiss,
    /** Roles of the mapping that don't exist, so that their groups have none. */
    missingRoles(): string[] {
      const known = new Set([...directory.snapshot.roles.values()].map(({ name }) => name.toLowerCase()));
      return [...new Set(roles.values())].filter((name) => !known.has(name.toLowerCase()));
    },
  };
}

/** A change that a sign-in makes to its user; without a difference only the user. */
function changed(
  before: User | undefined,
  user: User,
  { visit, at }: { visit: SignInContext; at: number },
): Plan & { user: User } {
  const shown = { before: before && auditedUser(before), after: auditedUser(user) };
  if (before !== undefined && JSON.stringify(shown.before) === JSON.stringify(shown.after))
    return { user, changes: [], entries: [] };
  const value = { ...user, version: user.version + 1, updatedAt: at, updatedBy: user.email };
  const author = { ...visit.author, principal: user.email, principalId: user.id };
  const entry = accountEntry({ author, at }, before === undefined ? 'create' : 'change', namedOf(user), {
    ...(shown.before === undefined ? {} : { before: shown.before }),
    after: shown.after,
  });
  return { user: value, changes: [{ op: 'put', kind: 'user', value }], entries: [entry] };
}

/** The e-mail address of a person; null: none that a user can have. */
function checkedEmail({ email }: Identified): string | null {
  const parsed = emailSchema.safeParse(email);
  return parsed.success ? parsed.data : null;
}

function refused(detail: string): AppError {
  return new AppError('sso_refused', detail);
}

/** The error of a sign-in that this browser did not begin, or that took too long. */
export function stale(): AppError {
  return new AppError('sso_failed', 'This sign-in was not begun in this browser, or it took too long. Start again.');
}
