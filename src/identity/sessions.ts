import type { Session, User } from '../accounts/accounts.ts';
import type { AuditAct } from '../contract/records/audit.ts';
import type { AccountSnapshot } from './account-snapshot.ts';
import type { Plan } from './directory.ts';
import { type Actor, accountEntry, stamped } from './grants.ts';
import { namedOf, sessionsOf } from './users.ts';

/** A sign-in that is no older than this needs no password again. */
export const freshMs = 10 * 60_000;

/** Changes a user's own password; all other sessions end. */
export function setOwnPassword(
  snapshot: AccountSnapshot,
  before: User,
  passwordHash: string,
  actor: Actor,
): Plan & { user: User } {
  const user: User = { ...before, passwordHash, invitation: null, ...stamped(actor, before) };
  return {
    user,
    changes: [{ op: 'put', kind: 'user', value: user }, ...sessionsOf(snapshot, user.id, actor.principal.sessionId)],
    entries: [accountEntry(actor, 'set_password', namedOf(user))],
  };
}

/** Ends some sessions of one user. The plan is empty when there are none. */
export function endSessions(sessions: readonly Session[], act: AuditAct, actor: Actor): Plan {
  return {
    changes: sessions.map(({ id }) => ({ op: 'remove', kind: 'session', id })),
    entries: sessions.map(({ id, address }) => accountEntry(actor, act, { kind: 'session', id, name: address })),
  };
}
