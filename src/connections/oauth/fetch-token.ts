import type { ClientAuthMethod, Oauth2 } from './client-auth.ts';
import { usableSkewMs } from './clock-skew.ts';
import { type RefreshTokens, usesRefreshTokens } from './refresh-tokens.ts';
import { requestToken, type TokenAsk, type TokenExchange } from './token-request.ts';
import type { TokenResponse } from './token-response.ts';

/** The result of fetching a token; `exchanges` lists each request made. */
type FetchedToken = {
  readonly response: TokenResponse;
  /** The client authentication method of the last response. */
  readonly method: ClientAuthMethod;
  /** The clock skew of the endpoint in ms, positive when it is ahead of ours; null: unknown. */
  readonly skewMs: number | null;
  readonly exchanges: readonly TokenExchange[];
};

type Wanted = Pick<TokenAsk, 'auth' | 'settings' | 'http'> & {
  remembered: ClientAuthMethod | null;
  /** The skew known from earlier requests. */
  skewMs?: number | null;
  /** null: not saved yet. */
  connectionId?: string | null;
  /** Tests the stored credentials themselves, without a cached refresh token. */
  isTest?: boolean;
};

/**
 * Fetches an access token. Presents the refresh token of an earlier response first; when that is refused, the grant
 * itself (RFC 6749 §1.5). A new refresh token is stored before the access token is used. Assertions are signed by the
 * endpoint's clock: a refused one is signed once more when that clock turns out to differ.
 */
export function fetchToken(wanted: Wanted): Promise<FetchedToken> {
  const { auth, http, connectionId = null, isTest = false } = wanted;
  const { refreshTokens } = http;
  // A test of other grants must not use up or replace the refresh token of deliveries.
  const isKept = usesRefreshTokens(auth) && (!isTest || auth.grant === 'refresh_token');
  if (refreshTokens === undefined || !isKept) return ask(wanted, null);
  return refreshTokens.inTurn(connectionId, auth, () => renew(wanted, refreshTokens, connectionId));
}

async function renew(wanted: Wanted, kept: RefreshTokens, connectionId: string | null): Promise<FetchedToken> {
  const { auth } = wanted;
  const again = async (before: FetchedToken, token: string | null): Promise<FetchedToken> => {
    const fetched = await ask({ ...wanted, skewMs: before.skewMs }, token);
    return { ...fetched, exchanges: [...before.exchanges, ...fetched.exchanges] };
  };
  let presented = kept.get(connectionId, auth);
  let fetched = await ask(wanted, presented);
  if (presented !== null && isRefusal(fetched.response)) {
    // Another node may have used it up, and been given the next one.
    const newest = await kept.newest(connectionId, auth);
    if (newest != null && newest !== presented) {
      presented = newest;
      fetched = await again(fetched, newest);
    }
  }
  const { response: first } = fetched;
  // The refresh token may be used up or revoked; the grant itself may still be valid.
  const isRefused = presented !== null && isRefusal(first);
  if (isRefused) fetched = await again(fetched, null);
  const { response } = fetched;
  if (response.ok && response.refreshToken !== null && response.refreshToken !== presented)
    await kept.put(connectionId, auth, response.refreshToken);
  else if (isRefused && (response.ok || (!first.ok && first.code === 'invalid_grant'))) {
    // One that another node has stored in the meantime stays.
    if ((await kept.newest(connectionId, auth)) === presented) await kept.put(connectionId, auth, null);
  }
  return fetched;
}

const isRefusal = (response: TokenResponse): boolean => !response.ok && response.kind === 'rejected';

async function ask(
  { auth, settings, http, remembered, skewMs = null }: Wanted,
  refreshToken: string | null,
): Promise<FetchedToken> {
  const known = usableSkewMs(skewMs);
  const asking = (ahead: number) => requestToken({ auth, settings, http, refreshToken, skewMs: ahead }, remembered);
  const first = outcomeOf(await asking(known), skewMs);
  const learnt = usableSkewMs(first.skewMs);
  const isSignedAgain = signs(auth, refreshToken) && Math.abs(learnt - known) > 5_000;
  if (first.response.ok || first.response.kind !== 'rejected' || !isSignedAgain) return first;
  const again = outcomeOf(await asking(learnt), first.skewMs);
  return { ...again, exchanges: [...first.exchanges, ...again.exchanges] };
}

/** Whether a request contains a time-dependent signature. */
function signs(auth: Oauth2, refreshToken: string | null): boolean {
  return (
    auth.clientAuth === 'private_key_jwt' || (auth.grant === 'jwt' && auth.assertion !== null && refreshToken === null)
  );
}

function outcomeOf(exchanges: readonly TokenExchange[], knownSkewMs: number | null): FetchedToken {
  const last = exchanges.at(-1);
  if (last === undefined) throw new Error('at least one token request was made');
  return { response: last.response, method: last.method, skewMs: last.skewMs ?? knownSkewMs, exchanges };
}
