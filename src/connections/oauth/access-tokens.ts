import type { ConnectionBody } from '../../contract/documents/connection.ts';
import { type ClientAuthMethod, type Oauth2, tokenHeaderOf } from './client-auth.ts';
import { fetchToken } from './fetch-token.ts';
import { isDue, isUsable, renewAheadMs, type Token } from './token-life.ts';
import type { TokenHttp } from './token-request.ts';
import type { TokenFailure, TokenResponse } from './token-response.ts';

export type Authorization =
  | {
      readonly ok: true;
      /** Headers to set on the request; they replace headers of the same name. */
      readonly headers: readonly [name: string, value: string][];
      /** The token was fetched for this call, so fetching another one would not help. */
      readonly fresh: boolean;
      /** How long the caller waited for the token, in ms; null when none was fetched. */
      readonly tokenMs: number | null;
    }
  | Unauthorized;

/**
 * `rejected`: until a person changes something. `temporary`: the token request made for this caller failed.
 * `waiting`: no request was made, because the token endpoint is paused for `retryAfterMs`.
 */
export type Unauthorized = Pick<TokenFailure, 'ok' | 'detail' | 'retryAfterMs'> & {
  readonly kind: TokenFailure['kind'] | 'waiting';
};

/** A connection; `credentials` is a hash of everything that determines its access token. */
type TokenOwner = Pick<ConnectionBody, 'auth' | 'settings'> & { readonly id: string; readonly credentials: string };

/** The end of the pause in token requests of a connection (ms since the epoch), and its reason. */
type TokenPause = { readonly until: number; readonly detail: string };

/** The state of one connection with the credentials of `key`. */
type Slot = {
  readonly key: string;
  token: Token | null;
  pending: Promise<Fetched> | null;
  /** When the last token request began. */
  askedAt: number;
  /** Temporary failures in a row. */
  failures: number;
  pause: (TokenPause & { readonly since: number }) | null;
  /** The client authentication method that succeeded last. */
  method: ClientAuthMethod | null;
  /** The last known clock skew of the endpoint: positive when it is ahead of ours. */
  skewMs: number | null;
};

type Fetched = { readonly ok: true; readonly token: Token } | TokenFailure;

/**
 * The access tokens of all connections, in memory, and kept for the next process or owner. A token in use is renewed in the background shortly before it
 * expires, so that a short outage of the token endpoint delays nothing.
 */
export function createAccessTokens(http: TokenHttp) {
  const slots = new Map<string, Slot>();
  function slotOf(connection: TokenOwner): Slot {
    const { id, credentials: key } = connection;
    const known = slots.get(id);
    if (known?.key === key) return known;
    // Neither a pause nor a token applies to changed credentials.
    if (known !== undefined) http.pauses?.forget([id]);
    const slot = newSlot(key, keptPause(http, connection), http.keptTokens?.of(id, key) ?? null);
    slots.set(id, slot);
    return slot;
  }

  function renew(slot: Slot, { id, settings }: TokenOwner, auth: Oauth2): Promise<Fetched> {
    const askedAt = http.now();
    slot.askedAt = askedAt;
    const { method: remembered, skewMs } = slot;
    const pending = fetchToken({ auth, settings, http, remembered, skewMs, connectionId: id })
      .then(({ response, method, skewMs }): Fetched => {
        slot.skewMs = skewMs;
        const outcome = response.ok ? 'ok' : response.kind;
        http.asked?.({ connectionId: id, outcome, durationMs: http.now() - askedAt });
        learnFailure(slot, response, http.now());
        // Not for former credentials, a deleted connection, or one that another node sends to now.
        const isCurrent = slots.get(id) === slot;
        if (isCurrent) storePause(http, slot, response, { id, endpoint: auth.accessTokenUrl });
        if (!response.ok) return response;
        slot.method = method;
        // The lifetime counts from the start of the request, so that a slow response makes it shorter, never longer.
        slot.token = { header: tokenHeaderOf(auth, response.accessToken), fetchedAt: askedAt, lifeMs: response.lifeMs };
        if (isCurrent) http.keptTokens?.keep(id, slot.key, slot.token);
        return { ok: true, token: slot.token };
      })
      .finally(() => {
        slot.pending = null;
      });
    slot.pending = pending;
    return pending;
  }

  async function authorize(connection: TokenOwner, auth: Oauth2): Promise<Authorization> {
    const slot = slotOf(connection);
    const startedAt = http.now();
    if (slot.token !== null && isUsable(slot.token, startedAt)) {
      const mayRenew = slot.pending === null && pauseAt(slot, startedAt) === null;
      if (mayRenew && isDue(slot.token, startedAt) && mayAskAgain(slot, slot.token, startedAt))
        // A failed background renewal is not reported: the current token is still valid, and a call after its expiry
        // tries again.
        renew(slot, connection, auth).catch(() => undefined);
      return { ok: true, headers: [slot.token.header], fresh: false, tokenMs: null };
    }
    const pause = slot.pending === null ? pauseAt(slot, startedAt) : null;
    if (pause !== null)
      return { ok: false, kind: 'waiting', detail: pause.detail, retryAfterMs: pause.until - startedAt };
    const fetched = await (slot.pending ?? renew(slot, connection, auth));
    if (!fetched.ok) return fetched;
    const tokenMs = http.now() - startedAt;
    return { ok: true, headers: [fetched.token.header], fresh: true, tokenMs };
  }

  return {
    authorize,
    /** Drops exactly the refused token; a newer one stays. */
    refused(connection: TokenOwner, { headers }: { readonly headers: readonly [string, string][] }): void {
      const slot = slots.get(connection.id);
      const [name, value] = slot?.token?.header ?? [];
      if (slot === undefined || !headers.some((one) => one[0] === name && one[1] === value)) return;
      slot.token = null;
      http.keptTokens?.forget(connection.id);
    },
    /**
     * The pause after a failed token request; null: no pause, or a usable token exists. A pause does not apply to
     * changed credentials.
     */
    pauseOf(connection: TokenOwner): TokenPause | null {
      const slot = slots.get(connection.id) ?? (keptPause(http, connection) === null ? undefined : slotOf(connection));
      const now = http.now();
      if (slot === undefined || slot.pending !== null || slot.key !== connection.credentials) return null;
      return slot.token !== null && isUsable(slot.token, now) ? null : pauseAt(slot, now);
    },
    /** A person wants to try now: the next delivery requests a token. Durable when it resolves. */
    async endPause(connectionId: string): Promise<void> {
      const slot = slots.get(connectionId);
      if (slot !== undefined) Object.assign(slot, { pause: null, failures: 0 });
      await http.pauses?.end([connectionId]);
    },
    /** When the current token expires, in ms since the epoch; null: no token, or no known expiry. Fetches nothing. */
    tokenExpiresAt(connection: TokenOwner): number | null {
      const slot = slots.get(connection.id) ?? (connection.auth.type === 'oauth2' ? slotOf(connection) : undefined);
      // A token that was fetched with other credentials does not count.
      return slot?.token != null && slot.key === connection.credentials ? expiryOf(slot.token) : null;
    },
    /**
     * Drops the access token of a deleted connection. A changed connection needs no call: the token of its old
     * credentials does not match. The refresh token is kept for a restore.
     */
    forget(connectionId: string): void {
      http.pauses?.forget([connectionId]);
      http.keptTokens?.forget(connectionId);
      slots.delete(connectionId);
    },
    /**
     * This node begins with more connections: reads the tokens and pauses that their former owners have stored, and drops what it
     * remembers of connections that are not its own.
     */
    async follow(isOwn: (connectionId: string) => boolean): Promise<void> {
      await Promise.all([http.pauses?.follow(isOwn), http.keptTokens?.read()]);
      for (const id of slots.keys()) if (!isOwn(id)) slots.delete(id);
    },
  };
}

/** Stores the pause that an endpoint asked for, or the end of one. */
function storePause(
  { pauses }: TokenHttp,
  { pause }: Slot,
  response: TokenResponse,
  { id, endpoint }: { id: string; endpoint: string },
): void {
  if (pause === null) pauses?.forget([id]);
  else if (!response.ok && response.retryAfterMs !== null) pauses?.begin(id, pause.until, endpoint);
}

function expiryOf({ fetchedAt, lifeMs }: Token): number | null {
  return lifeMs === null ? null : fetchedAt + lifeMs;
}

function newSlot(key: Slot['key'], pause: Slot['pause'], token: Token | null): Slot {
  return { key, token, pending: null, askedAt: 0, failures: 0, pause, method: null, skewMs: null };
}

/** The pause that an earlier process was asked for. */
function keptPause({ now, pauses }: TokenHttp, { id, auth }: TokenOwner): Slot['pause'] {
  const since = now();
  const until = auth.type === 'oauth2' ? (pauses?.untilOf(id, auth.accessTokenUrl) ?? 0) : 0;
  return until > since ? { since, until, detail: 'The token endpoint asked for a pause.' } : null;
}

/**
 * After a temporary failure, pauses token requests for the endpoint's Retry-After, or else for a backoff of the
 * connection: 1 s, doubled with each failure in a row, at most 60 s.
 */
function learnFailure(slot: Slot, response: TokenResponse, now: number): void {
  if (response.ok || response.kind === 'rejected') {
    slot.failures = 0;
    slot.pause = null;
    return;
  }
  const waitMs = response.retryAfterMs ?? Math.min(60_000, 1_000 * 2 ** slot.failures);
  slot.failures += 1;
  slot.pause = { since: now, until: now + waitMs, detail: response.detail };
}

/** The current pause. A clock that was set back ends it. */
function pauseAt({ pause }: Slot, now: number): TokenPause | null {
  return pause !== null && now >= pause.since && now < pause.until ? pause : null;
}

/** Failed renewals are repeated after a quarter of the time by which renewal begins ahead. */
function mayAskAgain({ askedAt }: Slot, { fetchedAt, lifeMs }: Token, now: number): boolean {
  if (askedAt === fetchedAt || lifeMs === null) return true;
  const sinceMs = now - askedAt;
  return sinceMs < 0 || sinceMs >= renewAheadMs(lifeMs) / 4;
}
