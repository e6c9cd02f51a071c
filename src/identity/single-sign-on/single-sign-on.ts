import { createHmac } from 'node:crypto';
import type { User } from '../../accounts/accounts.ts';
import { recentKeys } from '../../async/rate-limiter.ts';
import { email as emailSchema } from '../../contract/accounts/user.ts';
import { AppError } from '../../contract/errors.ts';
import type { NewId } from '../../contract/ids.ts';
import { type AccountSnapshot, foldEmail } from '../account-snapshot.ts';
import { addressGroup } from '../address-group.ts';
import type { Directory, Plan } from '../directory.ts';
import { endedSessionsOf } from '../ended-sessions.ts';
import { accountEntry } from '../grants.ts';
import { newSecret } from '../one-time-secret.ts';
import { freshMs } from '../sessions.ts';
import type { NewSession, SignInContext, SignIns } from '../sign-in.ts';
import { signInDelays } from '../sign-in-delays.ts';
import { auditedUser, checkAdministratorStays, namedOf } from '../users.ts';
import type { AuthorizationResponse, Identified, OpenIdProvider, SignInSecrets } from './openid-provider.ts';

export type SingleSignOn = ReturnType<typeof createSingleSignOn>;

type Parts = {
  directory: Directory;
  provider: OpenIdProvider;
  /** The names of roles by group. */
  roles: ReadonlyMap<string, string>;
  /** The label of the button. */
  label: string;
  signIns: SignIns;
  newId: NewId;
  now: () => number;
};

/** What a browser keeps of a sign-in that it began. `linkTo`: the session whose user is to be connected. */
export type Begun = { secret: string; linkTo: string | null };

const freeOfAddress = 20;
const usedMost = 10_000;

/**
 * Sign-in with OpenID Connect. State, nonce and PKCE verifier are derived from one secret that only the browser has, so
 * the server keeps nothing of a sign-in until it is completed. A person is recognised by issuer and subject, never by the
 * e-mail address. The roles follow the groups at every sign-in.
 */
export function createSingleSignOn({ directory, provider, roles, label, signIns, newId, now }: Parts) {
  const delays = signInDelays(now);
  const used = recentKeys<true>(usedMost);

  /** With the digest of the session, a connection can't be begun for the browser of another person. */
  function secretsOf({ secret, linkTo }: Begun): SignInSecrets {
    const session = linkTo === null ? '' : directory.snapshot.sessions.get(linkTo)?.digest;
    if (session === undefined) throw stale();
    const derived = (use: string) => createHmac('sha256', secret).update(`${use} ${session}`).digest('base64url');
    return { state: derived('state'), nonce: derived('nonce'), verifier: derived('verifier') };
  }

  function roleIdsOf({ roles: stored }: AccountSnapshot, groups: readonly string[]): string[] {
    const names = new Set(groups.flatMap((group) => roles.get(group)?.toLowerCase() ?? []));
    return [...stored.values()].filter(({ name }) => names.has(name.toLowerCase())).map(({ id }) => id);
  }

  function holderOf({ users }: AccountSnapshot, { subject }: Identified): User | undefined {
    return users.values().find(({ sso }) => sso?.issuer === provider.issuer && sso.subject === subject);
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
    return {
      id: newId('user'),
      email,
      status: 'enabled',
      roleIds,
      passwordHash: null,
      invitation: null,
      reset: null,
      sso: { issuer: provider.issuer, subject: person.subject },
      lastSignInAt: null,
      version: 0,
      createdAt: at,
      updatedAt: at,
      updatedBy: email,
    };
  }

  /** The user of a session that was opened just now, connected to the person: its password is removed. */
  function connected(snapshot: AccountSnapshot, sessionId: string, person: Identified): User {
    const session = snapshot.sessions.get(sessionId);
    const user = snapshot.users.get(session?.userId ?? '');
    if (session === undefined || user === undefined) throw stale();
    if (now() - session.createdAt >= freshMs)
      throw refused('Your sign-in is over ten minutes old. Sign in again, then connect.');
    if (user.sso !== null) throw refused('Your account is connected to another identity.');
    const sso = { issuer: provider.issuer, subject: person.subject };
    return { ...user, sso, passwordHash: null, invitation: null, reset: null };
  }

  /** The user who signs in, with the change to write. */
  function planOf(
    snapshot: AccountSnapshot,
    person: Identified,
    { linkTo }: Begun,
    visit: SignInContext,
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
    label,
    /** Roles of the mapping that don't exist, so that their groups have none. */
    missingRoles(): string[] {
      const known = new Set([...directory.snapshot.roles.values()].map(({ name }) => name.toLowerCase()));
      return [...new Set(roles.values())].filter((name) => !known.has(name.toLowerCase()));
    },
    /** Begins a sign-in: what the browser keeps, and the URL to open. Throws AppError `sso_unavailable`. */
    async begin(linkTo: string | null): Promise<Begun & { authorizationUrl: string }> {
      const begun = { secret: newSecret(), linkTo };
      return { ...begun, authorizationUrl: await provider.authorizationUrl(secretsOf(begun)) };
    },
    /**
     * The person with whom the provider answers a sign-in that this browser began. Throws AppError `sso_failed`,
     * `sso_unavailable`, `sign_in_delayed`.
     */
    async identify(given: AuthorizationResponse, begun: Begun, address: string): Promise<Identified> {
      const secrets = secretsOf(begun);
      if (given.state !== secrets.state || used.get(secrets.state) === true) throw stale();
      const counters = [{ key: `sso ${addressGroup(address)}`, free: freeOfAddress }];
      delays.begin(counters);
      used.set(secrets.state, true);
      try {
        const person = await provider.identify(given, secrets);
        delays.undo(counters);
        return person;
      } catch (error) {
        // The fault of the provider, not of the person.
        if (error instanceof AppError && error.code === 'sso_unavailable') delays.undo(counters);
        throw error;
      }
    },
    /** The id of the user of a person; null: none yet. */
    userIdOf: (person: Identified): string | null => holderOf(directory.snapshot, person)?.id ?? null,
    /** Signs a person in; at first creates the user, or connects it. Throws AppError `sso_refused`. */
    async enter(person: Identified, begun: Begun, visit: SignInContext): Promise<NewSession> {
      await dismiss(person, visit);
      const secret = newSecret();
      return directory.change((snapshot) => {
        const plan = planOf(snapshot, person, begun, visit);
        const opened = signIns.opening(snapshot, plan.user, secret, visit);
        return { ...opened, entries: [...plan.entries, ...opened.entries] };
      });
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

function stale(): AppError {
  return new AppError('sso_failed', 'This sign-in was not begun in this browser, or it took too long. Start again.');
}
