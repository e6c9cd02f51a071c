import type { ClientAuthMethod, Oauth2 } from './client-auth.ts';
import { usableSkewMs } from './clock-skew.ts';
import { type RefreshTokens, usesRefreshTokens } from './refresh-tokens.ts';
import { requestToken, type TokenAsk, type TokenExchange } from './token-request.ts';
import type { TokenAnswer } from './token-response.ts';

/** What fetching a token came to; `exchanges` tells each request on the way. */
type FetchedToken = {
  readonly answer: TokenAnswer;
  /** The client authentication that the answer was given to. */
  readonly method: ClientAuthMethod;
  /** How far the endpoint's clock is ahead of ours, in ms; null: not known. */
  readonly skewMs: number | null;
  readonly exchanges: readonly TokenExchange[];
};

type Wanted = Pick<TokenAsk, 'auth' | 'settings' | 'door'> & {
  remembered: ClientAuthMethod | null;
  /** What was learnt of the endpoint's clock before. */
  skewMs?: number | null;
  /** null: not saved yet. */
  connectionId?: string | null;
  /** Tries the stored credentials themselves: a refresh token that came before tells nothing about these. */
  isTest?: boolean;
};

/**
 * Fetches an access token. A refresh token that an answer brought before is presented first; when it is refused, the
 * grant itself is (RFC 6749 §1.5), and the newest one that comes back is kept before the token is used. Assertions are
 * signed by the endpoint's clock: one that is refused while that clock turns out to differ is signed once more.
 */
export function fetchToken(wanted: Wanted): Promise<FetchedToken> {
  const { auth, door, connectionId = null, isTest = false } = wanted;
  const { refreshTokens } = door;
  // A test of other grants must not use up, or replace, what deliveries live on.
  const isKept = usesRefreshTokens(auth) && (!isTest || auth.grant === 'refresh_token');
  if (refreshTokens === undefined || !isKept) return ask(wanted, null);
  return refreshTokens.inTurn(connectionId, auth, () => renew(wanted, refreshTokens, connectionId));
}

async function renew(wanted: Wanted, kept: RefreshTokens, connectionId: string | null): Promise<FetchedToken> {
  const { auth } = wanted;
  const before = kept.get(connectionId, auth);
  let fetched = await ask(wanted, before);
  const { answer: first } = fetched;
  // It may have been used up or taken back; the grant itself may still be good.
  const isRefused = before !== null && !first.ok && first.kind === 'rejected';
  if (isRefused) {
    const again = await ask({ ...wanted, skewMs: fetched.skewMs }, null);
    fetched = { ...again, exchanges: [...fetched.exchanges, ...again.exchanges] };
  }
  const { answer } = fetched;
  if (answer.ok && answer.refreshToken !== null && answer.refreshToken !== before)
    await kept.put(connectionId, auth, answer.refreshToken);
  else if (isRefused && (answer.ok || first.code === 'invalid_grant')) await kept.put(connectionId, auth, null);
  return fetched;
}

async function ask(
  { auth, settings, door, remembered, skewMs = null }: Wanted,
  refreshToken: string | null,
): Promise<FetchedToken> {
  const known = usableSkewMs(skewMs);
  const asking = (ahead: number) => requestToken({ auth, settings, door, refreshToken, skewMs: ahead }, remembered);
  const first = outcomeOf(await asking(known), skewMs);
  const learnt = usableSkewMs(first.skewMs);
  const isSignedAnew = signs(auth, refreshToken) && Math.abs(learnt - known) > 5_000;
  if (first.answer.ok || first.answer.kind !== 'rejected' || !isSignedAnew) return first;
  const again = outcomeOf(await asking(learnt), first.skewMs);
  return { ...again, exchanges: [...first.exchanges, ...again.exchanges] };
}

/** Whether a request holds something that is signed with the time. */
function signs(auth: Oauth2, refreshToken: string | null): boolean {
  return (
    auth.clientAuth === 'private_key_jwt' || (auth.grant === 'jwt' && auth.assertion !== null && refreshToken === null)
  );
}

function outcomeOf(exchanges: readonly TokenExchange[], knownSkewMs: number | null): FetchedToken {
  const last = exchanges.at(-1);
  if (last === undefined) throw new Error('a token is asked for at least once');
  return { answer: last.answer, method: last.method, skewMs: last.skewMs ?? knownSkewMs, exchanges };
}
