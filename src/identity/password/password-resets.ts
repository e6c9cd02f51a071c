import type { User } from '../../accounts/accounts.ts';
import { type Bucket, type BucketRate, levelAt, recentKeys } from '../../async/rate-limiter.ts';
import { AppError } from '../../contract/errors.ts';
import type { AuditAuthor } from '../../contract/records/audit.ts';
import { type AccountSnapshot, foldEmail, rightsOf } from '../account-snapshot.ts';
import { addressGroup } from '../address-group.ts';
import type { Directory, Plan } from '../directory.ts';
import { accountEntry } from '../grants.ts';
import { digestOf, newSecret } from '../one-time-secret.ts';
import { namedOf } from '../users.ts';

/** Sends the link of a password reset to its user. Never rejects. */
export type SendReset = (to: { userId: string; email: string; secret: string }) => Promise<void>;

/** How long a link to reset a password is valid. */
export const resetMs = 3_600_000;

const ofAccount: BucketRate = { limit: 3, perMs: 3_600_000 };
const ofAddress: BucketRate = { limit: 20, perMs: 3_600_000 };
const keysMax = 20_000;
/** Requests that wait for the mail server; further ones are dropped. */
const waitingMax = 100;

type Parts = {
  directory: Directory;
  now: () => number;
  /** null: this server sends no e-mail. */
  sendReset: SendReset | null;
  failed: (error: unknown, doing: string) => void;
};

/**
 * One-time links for forgotten passwords. What a caller learns is the same for every e-mail address, and takes the same
 * time: the link is stored and sent after the response.
 */
export function createPasswordResets({ directory, now, sendReset, failed }: Parts) {
  const buckets = recentKeys<Bucket>(keysMax);
  let last = Promise.resolve();
  let waiting = 0;

  /** Throws AppError `rate_limited`. Unknown e-mail addresses are limited like known ones. */
  function spend(limits: readonly (readonly [key: string, rate: BucketRate])[]): void {
    const at = now();
    const levels = limits.map(([key, rate]) => levelAt(buckets.get(key), at, rate));
    const waitsMs = limits.map(([, { limit, perMs }], i) => ((1 - (levels[i] ?? 0)) * perMs) / limit);
    const waitMs = Math.max(...waitsMs);
    if (waitMs > 0)
      throw new AppError('rate_limited', 'Too many links were requested. Wait, and look at the ones you got.', {
        extra: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
      });
    for (const [i, [key]] of limits.entries()) buckets.set(key, { level: (levels[i] ?? 0) - 1, at });
  }

  async function send(email: string, author: AuditAuthor, sendLink: SendReset): Promise<void> {
    if (userToMail(directory.snapshot, email) === undefined) return;
    const secret = newSecret();
    const { user } = await directory.change((snapshot) => resetPlan(snapshot, email, secret, { author, at: now() }));
    if (user !== undefined) await sendLink({ userId: user.id, email: user.email, secret });
  }

  return {
    /** Whether this server sends e-mail. */
    isAvailable: sendReset !== null,
    /**
     * Sends a link after the response, if an enabled user has this e-mail address. Throws AppError `conflict` when this
     * server sends no e-mail, and `rate_limited`.
     */
    request(email: string, { author, address }: { author: AuditAuthor; address: string }): void {
      if (sendReset === null)
        throw new AppError('conflict', 'This server sends no e-mail. Ask an administrator for a new invitation link.');
      spend([
        [`account ${foldEmail(email)}`, ofAccount],
        [`address ${addressGroup(address)}`, ofAddress],
      ]);
      if (waiting >= waitingMax) return;
      waiting += 1;
      last = last
        .then(() => new Promise((resolve) => setImmediate(resolve)))
        .then(() => send(email, author, sendReset))
        .catch((error: unknown) => failed(error, 'send a link to reset a password'))
        .finally(() => {
          waiting -= 1;
        });
    },
    /** Resolves when the requests until now are done. */
    settled: (): Promise<void> => last,
  };
}

/** People who sign in at the provider get no link: a password would outlive their account there. */
function userToMail({ usersByEmail }: AccountSnapshot, email: string): User | undefined {
  const user = usersByEmail.get(foldEmail(email));
  return user?.status === 'enabled' && user.sso === null ? user : undefined;
}

/**
 * The plan of a new link, which replaces the previous one; empty unless an enabled user with a password has the e-mail
 * address.
 */
function resetPlan(
  snapshot: AccountSnapshot,
  email: string,
  secret: string,
  { author, at }: { author: AuditAuthor; at: number },
): Plan & { user: User | undefined } {
  const user = userToMail(snapshot, email);
  if (user === undefined) return { user, changes: [], entries: [] };
  const rights = [...rightsOf(user, snapshot)];
  const value = { ...user, reset: { digest: digestOf(secret), expiresAt: at + resetMs, rights } };
  const entry = accountEntry({ author, at }, 'request_password_reset', namedOf(user));
  return { user, changes: [{ op: 'put', kind: 'user', value }], entries: [entry] };
}
