import { type Connection, causeOf } from './connection.ts';

/** How long before its end a pasted token is warned about: time to get a new one. */
export const warnAheadMs = 14 * 86_400_000;

/** How signing in to a connection's system goes, as far as traffic and the secrets themselves tell. */
export type AuthenticationStanding =
  | { kind: 'refused' | 'expired' | 'expires' | 'token'; at: string }
  | { kind: 'ok' | 'unknown' };

type Row = Pick<Connection, 'auth' | 'health'> & { figures?: { delivered: number } | undefined };

export function authenticationOf({ auth, health, figures }: Row, now: number): AuthenticationStanding {
  const { state, since, tokenExpiresAt, secretExpiresAt } = health;
  if (state !== 'ok' && since !== null && causeOf(health)?.reason === 'auth_rejected')
    return { kind: 'refused', at: since };
  const left = secretExpiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(secretExpiresAt) - now;
  if (secretExpiresAt !== null && left <= warnAheadMs)
    return { kind: left <= 0 ? 'expired' : 'expires', at: secretExpiresAt };
  if (tokenExpiresAt !== null && Date.parse(tokenExpiresAt) > now) return { kind: 'token', at: tokenExpiresAt };
  return { kind: auth.type !== 'none' && (figures?.delivered ?? 0) > 0 ? 'ok' : 'unknown' };
}
