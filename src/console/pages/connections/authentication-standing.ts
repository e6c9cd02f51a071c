import { type Connection, causeOf } from './connection.ts';

/** How long before its end a pasted token is warned about: time to get a new one. */
export const warnAheadMs = 14 * 86_400_000;

/** How signing in to a connection's system goes, as far as traffic and the secrets themselves tell. */
export type AuthenticationStanding =
  | { kind: 'missing' | 'refused' | Ending; at: string }
  | { kind: 'token'; at: string }
  | { kind: 'ok' | 'unknown' };

/** What a person has to replace, and whether it is too late already. */
type Ending = 'expired' | 'expires' | 'certificateExpired' | 'certificateExpires';

type Row = Pick<Connection, 'auth' | 'health'> & { figures?: { delivered: number } | undefined };

/** What ends soon or has ended and only a person can replace, the first to end first. */
export function endings(
  { secretExpiresAt, certificateExpiresAt }: Pick<Connection['health'], 'secretExpiresAt' | 'certificateExpiresAt'>,
  now: number,
): { kind: Ending; at: string }[] {
  const found = (at: string | null, ended: Ending, ends: Ending): { kind: Ending; at: string }[] => {
    const left = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - now;
    return at === null || left > warnAheadMs ? [] : [{ kind: left <= 0 ? ended : ends, at }];
  };
  return [
    ...found(secretExpiresAt, 'expired', 'expires'),
    ...found(certificateExpiresAt, 'certificateExpired', 'certificateExpires'),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

export function authenticationOf({ auth, health, figures }: Row, now: number): AuthenticationStanding {
  const { state, since, tokenExpiresAt } = health;
  const reason = state === 'ok' ? undefined : causeOf(health)?.reason;
  if (since !== null && reason === 'credentials_missing') return { kind: 'missing', at: since };
  if (since !== null && reason === 'auth_rejected') return { kind: 'refused', at: since };
  const [ending] = endings(health, now);
  if (ending !== undefined) return ending;
  if (tokenExpiresAt !== null && Date.parse(tokenExpiresAt) > now) return { kind: 'token', at: tokenExpiresAt };
  return { kind: auth.type !== 'none' && (figures?.delivered ?? 0) > 0 ? 'ok' : 'unknown' };
}
