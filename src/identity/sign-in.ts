import type { AccountChange, AttemptKey, Session, User } from '../accounts/accounts.ts';
import { type BucketRate, keyedBuckets } from '../async/rate-limiter.ts';
import { AppError } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import type { AuditAuthor, NewAuditEntry } from '../contract/records/audit.ts';
import { type AccountSnapshot, foldEmail, rightsOf } from './account-snapshot.ts';
import { addressGroup } from './address-group.ts';
import { type Directory, type Plan, useKnownMs } from './directory.ts';
import { ended, endedSessionsOf, forgottenEnds } from './ended-sessions.ts';
import { accountEntry, areWithin, mayInvite } from './grants.ts';
import { digestOf, newSecret } from './one-time-secret.ts';
import { checkPassword } from './password/password-policy.ts';
import type { Passwords } from './password/passwords.ts';
import { hasEnded, type Principals } from './principals.ts';
import type { SignInDelays } from './sign-in-delays.ts';
import { namedOf } from './users.ts';

/** The origin of a sign-in; `former` is the previous session of this browser. */
export type SignInContext = { author: AuditAuthor; address: string; userAgent: string; former: string | null };

/** A new session: `secret` is sent to the browser, and the server stores only its digest. */
export type NewSession = { user: User; session: Session; secret: string };

export type SignIns = ReturnType<typeof createSignIns>;

type SignInParts = {
  directory: Directory;
  principals: Pick<Principals, 'withId'>;
  passwords: Passwords;
  delays: SignInDelays;
  newId: NewId;
  now: () => number;
};

/** Failures without delay, of one account and of one address, which a whole office may share. */
const freeOfAccount = 5;
const freeOfAddress = 20;
const sessionsMax = 50;
/** Sign-ins of one user, each of which has an audit entry. */
const ofUser: BucketRate = { limit: 200, perMs: 3_600_000 };
const usersMax = 20_000;

/**
 * Signs users in by password. Unknown e-mails, disabled users and valid users all take one verification and have the
 * same delays, so that neither responses nor their timing reveal which accounts exist.
 */
export function createSignIns(parts: SignInParts) {
  const { directory, principals, passwords, newId, now } = parts;
  const check = passwordCheck(parts);
  const spend = keyedBuckets(ofUser, usersMax);

  /** Throws AppError `rate_limited`. */
  function countSignIn(userId: string): void {
    const waitMs = spend(userId, now());
    if (waitMs > 0)
      throw new AppError('rate_limited', `More than ${ofUser.limit} sign-ins in an hour. Programs use a token.`, {
        extra: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
      });
  }

  /** The plan of a sign-in: the new session, the signed-in user, and the sessions that end. */
  function opening(snapshot: AccountSnapshot, user: User, secret: string, visit: SignInContext): Plan & NewSession {
    countSignIn(user.id);
    const at = now();
    const session: Session = {
      id: newId('session'),
      userId: user.id,
      digest: digestOf(secret),
      createdAt: at,
      lastUsedAt: at,
      address: visit.address,
      userAgent: visit.userAgent.slice(0, 300),
    };
    const signedIn: User = { ...user, lastSignInAt: at };
    const all = [...snapshot.sessions.values()];
    const former = all.filter(({ id }) => id === visit.former);
    const usedUntil = (one: Session) => directory.lastUsedAt(one) + useKnownMs;
    const expired = all.filter((one) => one.id !== visit.former && hasEnded(one, usedUntil(one), at));
    const own = all.filter((one) => one.userId === user.id && !former.includes(one) && !expired.includes(one));
    const tooMany = own.sort((a, b) => b.createdAt - a.createdAt).slice(sessionsMax - 1);
    return {
      user: signedIn,
      session,
      secret,
      changes: [
        ...former.map(({ id }): AccountChange => ({ op: 'remove', kind: 'session', id })),
        ...expired.flatMap((one) => ended(one, 'expired', at)),
        ...tooMany.flatMap((one) => ended(one, 'signed_out', at)),
        ...forgottenEnds(snapshot, at),
        { op: 'put', kind: 'user', value: signedIn },
        { op: 'put', kind: 'session', value: session },
      ],
      entries: [entry(user, visit, 'sign_in')],
    };
  }

  function entry(user: User, { author }: SignInContext, act: 'sign_in' | 'set_password'): NewAuditEntry {
    const self = { ...author, principal: user.email, principalId: user.id };
    return accountEntry({ author: self, at: now() }, act, namedOf(user));
  }

  /**
   * The enabled user with this one-time link. The person who made or received it must not get the rights that the user got
   * since. Throws AppError `unauthorized`.
   */
  function holderOf(snapshot: AccountSnapshot, link: 'invitation' | 'reset', digest: string): User {
    const user = snapshot.users.values().find((one) => one[link]?.digest === digest);
    const until = user?.[link]?.expiresAt ?? 0;
    if (user?.status !== 'enabled' || now() >= until || !covers(snapshot, user, link))
      throw new AppError('unauthorized', expiredLink[link]);
    return user;
  }

  function covers(snapshot: AccountSnapshot, user: User, link: 'invitation' | 'reset'): boolean {
    if (link === 'reset') return areWithin(rightsOf(user, snapshot), new Set(user.reset?.rights));
    const inviter = principals.withId(user.invitation?.by ?? '', snapshot);
    return inviter !== null && mayInvite(inviter, user, snapshot);
  }

  /** Sets a password with a one-time link, ends the user's sessions and signs in. */
  async function setPassword(
    link: 'invitation' | 'reset',
    token: string,
    password: string,
    visit: SignInContext,
  ): Promise<NewSession> {
    const digest = digestOf(token);
    checkPassword(password, holderOf(directory.snapshot, link, digest).email);
    const passwordHash = await passwords.hash(password);
    const secret = newSecret();
    return directory.change((snapshot) => {
      const holder = holderOf(snapshot, link, digest);
      const plan = opening(snapshot, { ...holder, passwordHash, invitation: null, reset: null }, secret, visit);
      const reason = { reason: 'password_changed', at: now() } as const;
      return {
        ...plan,
        changes: [...endedSessionsOf(snapshot, holder.id, reason), ...plan.changes],
        entries: [entry(holder, visit, 'set_password'), ...plan.entries],
      };
    });
  }

  return {
    opening,
    /** Throws AppError `wrong_credentials`, `sign_in_delayed`, `sign_in_busy`, `rate_limited`. */
    async signIn({ email, password }: { email: string; password: string }, visit: SignInContext): Promise<NewSession> {
      const known = await check(email, password, visit.address);
      const isOutdated = known.passwordHash !== null && passwords.isOutdated(known.passwordHash);
      const fresh = isOutdated ? await passwords.hash(password) : known.passwordHash;
      const secret = newSecret();
      return directory.change((snapshot) => {
        // Changes made during the password check apply.
        const user = snapshot.users.get(known.id);
        if (user?.status !== 'enabled' || user.passwordHash !== known.passwordHash)
          throw new AppError('wrong_credentials');
        return opening(snapshot, { ...user, passwordHash: fresh }, secret, visit);
      });
    },

    /** Sets the password that an invitation asks for. Throws AppError `unauthorized` when it is no longer valid. */
    accept: ({ inviteToken, password }: { inviteToken: string; password: string }, visit: SignInContext) =>
      setPassword('invitation', inviteToken, password, visit),

    /** Sets the password with a link that was sent by e-mail; throws like `accept`. */
    reset: ({ resetToken, password }: { resetToken: string; password: string }, visit: SignInContext) =>
      setPassword('reset', resetToken, password, visit),

    /** Checks the password of the user. Throws like `signIn`. */
    async confirm({ email }: User, password: string, address: string): Promise<void> {
      await check(email, password, address);
    },
  };
}

/** The check of a password, with delays after failures. Throws AppError like `signIn`. */
function passwordCheck({ directory, passwords, delays }: Pick<SignInParts, 'directory' | 'passwords' | 'delays'>) {
  /**
   * An attempt counts against its account and its address. If the account is signed in from this address, it counts
   * against that pair in place of the account, so that failed attempts elsewhere can't lock a user out.
   */
  function counterKeysOf(email: string, user: User | undefined, address: string): AttemptKey[] {
    const account = `account ${foldEmail(email)}`;
    const group = addressGroup(address);
    const sessions = [...directory.snapshot.sessions.values()];
    const isKnown = sessions.some((one) => one.userId === user?.id && addressGroup(one.address) === group);
    return [
      { key: isKnown ? `${account} ${group}` : account, free: freeOfAccount },
      { key: `address ${group}`, free: freeOfAddress },
    ];
  }

  return async (email: string, password: string, address: string): Promise<User> => {
    const user = directory.snapshot.usersByEmail.get(foldEmail(email));
    const counterKeys = counterKeysOf(email, user, address);
    await delays.begin(counterKeys);
    const hash = user?.status === 'enabled' ? user.passwordHash : null;
    const isRight = await passwords.verify(hash, password).catch(async (error: unknown) => {
      await delays.undo(counterKeys);
      throw error;
    });
    if (user === undefined || hash === null || !isRight) throw new AppError('wrong_credentials');
    await Promise.all([
      delays.undo(counterKeys.filter(({ free }) => free === freeOfAddress)),
      delays.forget(counterKeys.filter(({ free }) => free === freeOfAccount)),
    ]);
    return user;
  };
}

const expiredLink = {
  invitation:
    'This invitation was used, replaced or is over seven days old, or its sender can no longer invite you. ' +
    'Ask for a new one.',
  reset:
    'This link was used, replaced or is over an hour old, or your account has more rights since. Request a new one.',
};
