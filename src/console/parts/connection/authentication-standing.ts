import { endsSoonMs } from '../../../contract/documents/ends-soon.ts';
import type { Connection } from './connection.ts';

/** The warning about the end of a pasted token comes this long before it: time to get a new one. */

/** The state of a connection's authentication, by its traffic and the ends of its secrets. */
export type AuthenticationStanding =
  | { kind: 'missing' | 'refused' | Ending; at: string }
  | { kind: 'token'; at: string }
  | { kind: 'ok' | 'unknown' };

/** A secret that a person has to replace, and whether it has ended. */
type Ending = 'expired' | 'expires' | 'certificateExpired' | 'certificateExpires';

type Row = Pick<Connection, 'auth' | 'health'> & { figures?: { delivered: number } | undefined };

/** The secrets that have ended or end soon, which only a person can replace; the first to end first. */
export function endings(
  { secretExpiresAt, certificateExpiresAt }: Pick<Connection['health'], 'secretExpiresAt' | 'certificateExpiresAt'>,
  now: number,
): { kind: Ending; at: string }[] {
  const found = (at: string | null, ended: Ending, ends: Ending): { kind: Ending; at: string }[] => {
    const left = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - now;
    return at === null || left > endsSoonMs ? [] : [{ kind: left <= 0 ? ended : ends, at }];
  };
  return [
    ...found(secretExpiresAt, 'expired', 'expires'),
    ...found(certificateExpiresAt, 'certificateExpired', 'certificateExpires'),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function authenticationOf({ auth, health, figures }: Row, now: number): AuthenticationStanding {
  const { reason, since, tokenExpiresAt } = health;
  if (since !== null && reason === 'credentials_missing') return { kind: 'missing', at: since };
  if (since !== null && reason === 'auth_rejected') return { kind: 'refused', at: since };
  const [ending] = endings(health, now);
  if (ending !== undefined) return ending;
  if (tokenExpiresAt !== null && Date.parse(tokenExpiresAt) > now) return { kind: 'token', at: tokenExpiresAt };
  return { kind: auth.type !== 'none' && (figures?.delivered ?? 0) > 0 ? 'ok' : 'unknown' };
}
