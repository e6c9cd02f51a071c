import { type BucketRate, keyedBuckets } from '../../async/rate-limiter.ts';
import { AppError } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { Principal } from '../../identity/principal.ts';
import { ownerOf } from './fair-share.ts';

/** Acts of one user's sessions, and of one user's tokens. */
const rate: BucketRate = { limit: 10_000, perMs: 86_400_000 };
/** A request counts once more for each so many bytes, since its audit entry can quote them, up to the largest entry. */
const bytesOfAct = 4_096;
const actsMax = 100;
/** The same where each item of a long list has its own entry: two of the largest imports a day. */
const actsOfListMax = 5_000;
const keysMax = 20_000;

/**
 * Returns a function that counts a request against the acts of its caller and throws AppError `rate_limited` when there
 * are none left, so that no caller can fill the disk with audit entries. Sessions and tokens of a user count apart: a
 * leaked token must not stop its owner. Administrators are not limited.
 */
export function actLimit(now: () => number) {
  const spend = keyedBuckets(rate, keysMax);

  return ({ audit, rights, longList }: Route, principal: Principal, bodyBytes: number): void => {
    // Public routes, such as sign-ins, have limits of their own.
    if (audit === null || rights === null || principal.isAdministrator) return;
    const key = `${ownerOf(principal)} ${principal.tokenId === null ? 'sessions' : 'tokens'}`;
    const most = longList === null ? actsMax : actsOfListMax;
    const waitMs = spend(key, now(), Math.min(most, 1 + Math.floor(bodyBytes / bytesOfAct)));
    if (waitMs > 0)
      throw new AppError('rate_limited', `More than ${rate.limit} changes in a day.`, {
        extra: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
      });
  };
}
