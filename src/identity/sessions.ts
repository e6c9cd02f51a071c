import type { Session, User } from '../accounts/accounts.ts';
import type { AuditAct } from '../contract/records/audit.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { ended, endedSessionsOf } from './ended-sessions.ts';
import { type Actor, accountEntry, stamped } from './grants.ts';
import { namedOf } from './users.ts';

/** A sign-in that is no older than this needs no password again. */
export const freshMs = 10 * 60_000;

/** Changes a user's own password; all other sessions end. */
export function setOwnPassword(
  snapshot: AccountSnapshot,
  before: User,
  passwordHash: string,
  actor: Actor,
): Plan & { user: User } {
  const user: User = { ...before, passwordHash, invitation: null, reset: null, ...stamped(actor, before) };
  const others = { reason: 'password_changed', at: actor.at, but: actor.principal.sessionId } as const;
  return {
    user,
    changes: [{ op: 'put', kind: 'user', value: user }, ...endedSessionsOf(snapshot, user.id, others)],
    entries: [accountEntry(actor, 'set_password', namedOf(user))],
  };
}

/** Ends some sessions of one user. The plan is empty when there are none. */
export function endSessions(sessions: readonly Session[], act: AuditAct, actor: Actor): Plan {
  return {
    changes: sessions.flatMap((one) => ended(one, 'signed_out', actor.at)),
    entries: sessions.map(({ id, address }) => accountEntry(actor, act, { kind: 'session', id, name: address })),
  };
}
