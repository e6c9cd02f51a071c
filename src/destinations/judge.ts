import { retryAfterMs, retryAfterMsMax } from '../connections/retry-after.ts';
import type { Auth } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import type { ErrorKind, Reason } from '../contract/records/delivery.ts';
import type { EgressError, EgressOutcome } from '../egress/egress.ts';
import { fitsOutcome, fitsRefresh, type OutcomeRule, type Response } from './response-match.ts';

/**
 * The consequence of an exchange for its delivery. `detail` is for people and contains nothing of the response body.
 */
export type Verdict =
  /** `warning`: an outcome rule marks the response for review. */
  | { readonly kind: 'delivered'; readonly warning: string | null }
  | {
      readonly kind: 'retry';
      readonly errorKind: ErrorKind;
      readonly detail: string;
      /** Whether it uses up a step of the retry schedule; waits that the destination asked for don't. */
      readonly counted: boolean;
      /** Wait exactly this long instead of following the schedule. null: follow the schedule. */
      readonly retryAfterMs: number | null;
      /**
       * The other deliveries that wait for `retryAfterMs`: those of the connection, of the destination, or none
       * (null).
       */
      readonly waitScope: 'connection' | 'destination' | null;
      readonly pausesDestination: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly reason: Reason;
      readonly errorKind: ErrorKind;
      readonly detail: string;
      readonly pausesDestination: boolean;
    }
  /**
   * `refresh`: drop the token, fetch a new one and resend once, uncounted. Otherwise a person must correct the
   * credentials.
   */
  | { readonly kind: 'auth_refused'; readonly refresh: boolean; readonly errorKind: 'auth'; readonly detail: string }
  /** The batch was rejected as a whole: its records are sent again at once in smaller parts, uncounted. */
  | { readonly kind: 'split'; readonly errorKind: 'http_4xx'; readonly detail: string }
  /** The request may have arrived, and the destination is set to avoid sending twice: a person decides. */
  | {
      readonly kind: 'held';
      readonly reason: 'unknown_outcome';
      readonly errorKind: ErrorKind;
      readonly detail: string;
    };

export type Exchange = {
  readonly outcome: EgressOutcome;
  readonly auth: Auth;
  readonly settings: Pick<DestinationBody['settings'], 'outcomes' | 'onTimeout'>;
  /** The token was fetched for this attempt, so fetching another one would not help. */
  readonly isTokenFresh: boolean;
  /** This attempt is already the free resend after a token was dropped. */
  readonly isResend: boolean;
  /** How long Retry-After has delayed the delivery so far. */
  readonly waitedMs: number;
  /** ms since the epoch. */
  readonly now: number;
};

/**
 * Judges one exchange, in this order: the destination's outcome rules, the authentication's signs of an expired
 * token, then the status: 2xx is delivered; 408, 425, 429, 5xx but 501 and 505, and every network error are retried;
 * other 4xx, 3xx (never followed), 501, 505 and statuses above 599 fail; 410 also pauses the destination. With
 * `onTimeout: hold`, an exchange whose request may have arrived without a known outcome is held instead. Pure.
 */
export function judge(exchange: Exchange): Verdict {
  const { outcome, settings } = exchange;
  if (outcome.kind === 'error') return judgeError(outcome.error, settings);
  const rule = settings.outcomes.find((one) => one.items === undefined && fitsOutcome(one, outcome));
  if (rule !== undefined) return applyRule(rule, outcome, exchange);
  return judgeWhole(outcome, exchange);
}

type Responded = Extract<EgressOutcome, { kind: 'response' }>;

export function judgeWhole(outcome: Responded, exchange: Exchange): Verdict {
  const { auth } = exchange;
  const isRefused =
    auth.type === 'oauth2'
      ? auth.refreshOn.some((one) => fitsRefresh(one, outcome))
      : auth.type !== 'none' && outcome.status === 401;
  return isRefused ? authRefused(outcome.status, exchange) : judgeStatus(outcome, exchange);
}

function judgeError({ kind, message }: EgressError, settings: Exchange['settings']): Verdict {
  if (kind === 'blocked') return failed('blocked', 'blocked', message);
  return unreceived.has(kind) ? retry(kind, message) : uncertain(kind, message, settings);
}

/** The errors after which the peer did not get the request: see Egress.send. */
const unreceived: ReadonlySet<EgressError['kind']> = new Set(['dns', 'connect', 'tls']);

/** The verdict on a request that may have arrived, and whose outcome is not known. */
export function uncertain(
  errorKind: ErrorKind,
  detail: string,
  settings: Pick<Exchange['settings'], 'onTimeout'>,
): Verdict {
  if (settings.onTimeout === 'hold') return { kind: 'held', reason: 'unknown_outcome', errorKind, detail };
  return retry(errorKind, detail);
}

function judgeStatus(response: Response, exchange: Exchange): Verdict {
  const { status } = response;
  const detail = `HTTP ${status}.`;
  if (status >= 200 && status < 300) return { kind: 'delivered', warning: null };
  if (status < 200) return retry('protocol', detail);
  if (status > 599) return failed('protocol', 'protocol', `${detail} Statuses end at 599.`);
  if (status === 304)
    return failed('http_3xx', 'http_3xx', `${detail} Not Modified does not confirm that the data was accepted.`);
  if (status < 400) return failed('http_3xx', 'http_3xx', `${detail} Redirects are not followed.`);
  if (status === 410)
    return { ...failed('http_4xx', 'http_4xx', `${detail} The destination is paused.`), pausesDestination: true };
  if (status === 429) return waiting(response, 'connection', detail, exchange);
  if (status === 503) return waiting(response, 'destination', detail, exchange);
  if (status === 408 || status === 425) return retry('http_4xx', detail);
  if (status < 500) return failed('http_4xx', 'http_4xx', detail);
  if (status === 501 || status === 505) return failed('http_5xx', 'http_5xx', detail);
  return retry('http_5xx', detail);
}

/** `record`: the record of a batch that the rule decides about, such as ` for record 2 of 75`. */
export function applyRule(
  { outcome, afterMs }: OutcomeRule,
  response: Response,
  exchange: Exchange,
  record = '',
): Verdict {
  const { status } = response;
  const detail = `HTTP ${status}; an outcome rule says ${outcome}${record}.`;
  switch (outcome) {
    case 'success':
      return { kind: 'delivered', warning: null };
    case 'warning':
      return { kind: 'delivered', warning: detail };
    case 'retry':
      return { ...retry(kindOf(status), detail), retryAfterMs: afterMs ?? null };
    case 'throttle':
      return waiting(response, 'connection', detail, exchange, afterMs);
    case 'refresh_auth':
      return authRefused(status, exchange);
    case 'fail':
      return failed(reasonOf(status), kindOf(status), detail);
    case 'pause':
      return { ...retry(kindOf(status), detail), pausesDestination: true };
  }
}

function authRefused(status: number, { auth, isTokenFresh, isResend }: Exchange): Verdict {
  // Without authentication no change of credentials could ever release a hold.
  if (auth.type === 'none')
    return failed(reasonOf(status), kindOf(status), `HTTP ${status}, and no authentication is configured.`);
  const isNew = auth.type === 'oauth2' && (isTokenFresh || isResend);
  const refresh = auth.type === 'oauth2' && !isNew;
  const what = auth.type === 'oauth2' ? 'access token' : 'credentials';
  return {
    kind: 'auth_refused',
    refresh,
    errorKind: 'auth',
    detail: `HTTP ${status}: ${isNew ? 'new ' : ''}${what} rejected.`,
  };
}

function waiting(
  response: Response,
  scope: 'connection' | 'destination',
  detail: string,
  { waitedMs, now }: Exchange,
  afterMs = retryAfterMs(response.headers, now),
): Verdict {
  const allowedMs = Math.min(afterMs ?? 0, retryAfterMsMax - waitedMs);
  if (allowedMs <= 0) return retry(kindOf(response.status), detail);
  return { ...retry(kindOf(response.status), detail), counted: false, retryAfterMs: allowedMs, waitScope: scope };
}

export function retry(errorKind: ErrorKind, detail: string): Extract<Verdict, { kind: 'retry' }> {
  return {
    kind: 'retry',
    errorKind,
    detail,
    counted: true,
    retryAfterMs: null,
    waitScope: null,
    pausesDestination: false,
  };
}

function failed(reason: Reason, errorKind: ErrorKind, detail: string): Extract<Verdict, { kind: 'failed' }> {
  return { kind: 'failed', reason, errorKind, detail, pausesDestination: false };
}

/**
 * An outcome rule may call any status a failure, so 2xx needs a kind too: the destination violated its own protocol.
 */
function kindOf(status: number): Extract<ErrorKind, Reason> | 'http_429' {
  return status === 429 ? 'http_429' : reasonOf(status);
}

function reasonOf(status: number): 'http_3xx' | 'http_4xx' | 'http_5xx' | 'protocol' {
  if (status >= 300 && status < 400) return 'http_3xx';
  if (status >= 400 && status < 500) return 'http_4xx';
  return status >= 500 && status < 600 ? 'http_5xx' : 'protocol';
}
