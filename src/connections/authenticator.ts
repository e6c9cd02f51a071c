import type { Auth, ConnectionBody } from '../contract/documents/connection.ts';
import { fingerprint } from './fingerprint.ts';
import { openHeader } from './header-value.ts';
import { missingAuth } from './missing-credentials.ts';
import { basicCredentials, type ClientAuthMethod, type Oauth2 } from './oauth/client-auth.ts';
import { fetchToken } from './oauth/fetch-token.ts';
import { isDue, isUsable, renewAheadMs, type Token } from './oauth/token-life.ts';
import type { TokenDoor } from './oauth/token-request.ts';
import type { TokenAnswer, TokenFailure } from './oauth/token-response.ts';
import { reveal } from './secret-fields.ts';

/** The parts of a connection that decide how its requests are authenticated. */
export type AuthorizedConnection = { readonly id: string } & Pick<ConnectionBody, 'auth' | 'settings'>;

type Authorization =
  | {
      readonly ok: true;
      /** To be put on the request in place of headers of the same name. */
      readonly headers: [name: string, value: string][];
      /** The caller waited for this token: another one would be no better. */
      readonly fresh: boolean;
      /** How long the caller waited for the token; null when none was fetched. */
      readonly tokenMs: number | null;
    }
  | Unauthorized;

/**
 * `rejected`: until a person changes something. `temporary`: a token request of this very caller failed. `waiting`: none was
 * made, since the token endpoint is not asked again before `retryAfterMs` have passed.
 */
export type Unauthorized = Pick<TokenFailure, 'ok' | 'detail' | 'retryAfterMs'> & {
  readonly kind: TokenFailure['kind'] | 'waiting';
};

/** Until when (ms since the epoch) a connection asks for no token, and why. */
type TokenPause = { readonly until: number; readonly detail: string };

export interface Authenticator {
  /**
   * The headers that authenticate a request of this connection. Never succeeds without a token where one is needed.
   * Callers that come together share one token request. A promise only where there may be one. Throws or rejects with
   * UnresolvedSecret when a secret that is kept elsewhere can't be read there.
   */
  authorize(connection: AuthorizedConnection): Authorization | Promise<Authorization>;
  /** Drops exactly the token that was refused; a newer one stays. */
  refused(connection: AuthorizedConnection, authorization: { readonly headers: [string, string][] }): void;
  /** The pause after a token request failed; null: there is none, or a token is at hand. Changed credentials have none. */
  pauseOf(connection: AuthorizedConnection): TokenPause | null;
  /** When the token at hand ends, in ms since the epoch; null: there is none, or no end is known. Fetches nothing. */
  tokenExpiresAt(connection: AuthorizedConnection): number | null;
  /** Drops everything known of a connection (it was deleted). A changed one needs no call: its token is not its own. */
  forget(connectionId: string): void;
}

/** What is known of one connection. `key` stands for everything that shaped its token. */
type Slot = {
  readonly key: string;
  token: Token | null;
  pending: Promise<Fetched> | null;
  /** When the last token request began. */
  askedAt: number;
  /** Temporary failures in a row. */
  failures: number;
  pause: (TokenPause & { readonly since: number }) | null;
  /** The client authentication that worked last. */
  method: ClientAuthMethod | null;
  /** How far the endpoint's clock was ahead of ours last. */
  skewMs: number | null;
};

type Fetched = { readonly ok: true; readonly token: Token } | TokenFailure;

/**
 * Authenticates requests and keeps the access tokens of all connections, in memory. A token near its end is renewed in
 * the background while it stays in use, so that a token endpoint that is down for a moment stops nothing.
 */
export function createAuthenticator(door: TokenDoor): Authenticator {
  const slots = new Map<string, Slot>();
  const fingerprints = new WeakMap<object, string>();

  function fingerprintOf(part: object): string {
    const known = fingerprints.get(part);
    if (known !== undefined) return known;
    const made = fingerprint(part);
    fingerprints.set(part, made);
    return made;
  }

  const keyOf = ({ auth, settings }: AuthorizedConnection) => fingerprintOf(auth) + fingerprintOf(settings.tls);

  function slotOf(connection: AuthorizedConnection): Slot {
    const { id } = connection;
    const key = keyOf(connection);
    const known = slots.get(id);
    if (known?.key === key) return known;
    const slot: Slot = {
      key,
      token: null,
      pending: null,
      askedAt: 0,
      failures: 0,
      pause: null,
      method: null,
      skewMs: null,
    };
    slots.set(id, slot);
    return slot;
  }

  function renew(slot: Slot, { id, settings }: AuthorizedConnection, auth: Oauth2): Promise<Fetched> {
    const askedAt = door.now();
    slot.askedAt = askedAt;
    const { method: remembered, skewMs } = slot;
    const pending = fetchToken({ auth, settings, door, remembered, skewMs, connectionId: id })
      .then(({ answer, method, skewMs }): Fetched => {
        slot.skewMs = skewMs;
        const outcome = answer.ok ? 'ok' : answer.kind;
        door.asked?.({ connectionId: id, outcome, durationMs: door.now() - askedAt });
        learnFailure(slot, answer, door.now());
        if (!answer.ok) return answer;
        slot.method = method;
        // The life is counted from before the request, so that a slow answer makes it shorter, never longer.
        slot.token = { header: `Bearer ${answer.accessToken}`, fetchedAt: askedAt, lifeMs: answer.lifeMs };
        return { ok: true, token: slot.token };
      })
      .finally(() => {
        slot.pending = null;
      });
    slot.pending = pending;
    return pending;
  }

  async function withToken(connection: AuthorizedConnection, auth: Oauth2): Promise<Authorization> {
    const slot = slotOf(connection);
    const startedAt = door.now();
    if (slot.token !== null && isUsable(slot.token, startedAt)) {
      const mayRenew = slot.pending === null && pauseAt(slot, startedAt) === null;
      if (mayRenew && isDue(slot.token, startedAt) && mayAskAgain(slot, slot.token, startedAt))
        // Its failure is nobody's yet: whoever finds the token expired asks again and is told.
        renew(slot, connection, auth).catch(() => undefined);
      return { ok: true, headers: [['Authorization', slot.token.header]], fresh: false, tokenMs: null };
    }
    const pause = slot.pending === null ? pauseAt(slot, startedAt) : null;
    if (pause !== null)
      return { ok: false, kind: 'waiting', detail: pause.detail, retryAfterMs: pause.until - startedAt };
    const fetched = await (slot.pending ?? renew(slot, connection, auth));
    if (!fetched.ok) return fetched;
    const tokenMs = door.now() - startedAt;
    return { ok: true, headers: [['Authorization', fetched.token.header]], fresh: true, tokenMs };
  }

  return {
    authorize(connection) {
      const { auth } = connection;
      return auth.type === 'oauth2' ? withToken(connection, auth) : standing(auth);
    },
    refused(connection, { headers }) {
      const slot = slots.get(connection.id);
      if (headers.some(([name, value]) => name === 'Authorization' && value === slot?.token?.header) && slot)
        slot.token = null;
    },
    pauseOf(connection) {
      const slot = slots.get(connection.id);
      const now = door.now();
      if (slot === undefined || slot.pending !== null || slot.key !== keyOf(connection)) return null;
      return slot.token !== null && isUsable(slot.token, now) ? null : pauseAt(slot, now);
    },
    tokenExpiresAt(connection) {
      const slot = slots.get(connection.id);
      // A token that was fetched with other credentials is nobody's.
      const token = slot?.key === keyOf(connection) ? slot.token : null;
      return token === null || token.lifeMs === null ? null : token.fetchedAt + token.lifeMs;
    },
    forget(connectionId) {
      slots.delete(connectionId);
      void door.refreshTokens?.forget(connectionId);
    },
  };
}

/**
 * After a temporary failure the token endpoint is not asked before its Retry-After, else before a backoff of the
 * connection's own has passed: 1 s, doubling with each failure in a row, at most 60 s.
 */
function learnFailure(slot: Slot, answer: TokenAnswer, now: number): void {
  if (answer.ok || answer.kind === 'rejected') {
    slot.failures = 0;
    slot.pause = null;
    return;
  }
  const waitMs = answer.retryAfterMs ?? Math.min(60_000, 1_000 * 2 ** slot.failures);
  slot.failures += 1;
  slot.pause = { since: now, until: now + waitMs, detail: answer.detail };
}

/** The pause that holds now. A clock that was set back ends it. */
function pauseAt({ pause }: Slot, now: number): TokenPause | null {
  return pause !== null && now >= pause.since && now < pause.until ? pause : null;
}

/** Between renewals that fail there is a quarter of the time that renewal begins ahead. */
function mayAskAgain({ askedAt }: Slot, { fetchedAt, lifeMs }: Token, now: number): boolean {
  if (askedAt === fetchedAt || lifeMs === null) return true;
  const sinceMs = now - askedAt;
  return sinceMs < 0 || sinceMs >= renewAheadMs(lifeMs) / 4;
}

/** The schemes that need nobody else. */
function standing(auth: Exclude<Auth, Oauth2>): Authorization {
  if (auth.type === 'none') return { ok: true, headers: [], fresh: false, tokenMs: null };
  const missing = missingAuth(auth);
  if (missing !== null) return { ok: false, kind: 'rejected', detail: missing, retryAfterMs: null };
  const [, token] = auth.type === 'bearer' ? openHeader({ name: 'Authorization', value: auth.token }) : [];
  const value = auth.type === 'basic' ? basicCredentials(auth.username, reveal(auth.password)) : `Bearer ${token}`;
  return { ok: true, headers: [['Authorization', value]], fresh: false, tokenMs: null };
}
