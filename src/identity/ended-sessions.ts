import type { AccountChange, Session } from '../accounts/accounts.ts';
import type { SessionEnd } from '../contract/accounts/sign-in.ts';
import type { AccountSnapshot } from './account-snapshot.ts';

/** A cookie, and so the record of why its session ended, is kept this long. */
const endedSessionMs = 7 * 86_400_000;
/** Maximum number of records of ended sessions; the oldest are removed first. */
const endedMax = 10_000;

/** The changes that end a session and keep the reason for the browser that has its cookie. */
export function ended({ id, digest }: Session, reason: SessionEnd, at: number): AccountChange[] {
  return [
    { op: 'remove', kind: 'session', id },
    { op: 'put', kind: 'ended', value: { id, digest, reason, endedAt: at } },
  ];
}

/** Ends a user's sessions, except for the one with the id `but`. */
export function endedSessionsOf(
  { sessions }: AccountSnapshot,
  userId: string,
  { reason, at, but = null }: { reason: SessionEnd; at: number; but?: string | null },
): AccountChange[] {
  const own = [...sessions.values()].filter((one) => one.userId === userId && one.id !== but);
  return own.flatMap((one) => ended(one, reason, at));
}

/** Removes records of ended sessions that no browser needs any more, and the oldest above the limit. */
export function forgottenEnds({ endedByDigest }: AccountSnapshot, at: number): AccountChange[] {
  const all = [...endedByDigest.values()].sort((a, b) => b.endedAt - a.endedAt);
  return all
    .filter(({ endedAt }, index) => index >= endedMax || at - endedAt >= endedSessionMs)
    .map(({ id }) => ({ op: 'remove', kind: 'ended', id }));
}
