import type { TokenFields } from '../../contract/documents/connection.ts';
import { isObject } from '../../contract/json.ts';
import { valueAt } from '../../contract/json-path.ts';
import type { EgressOutcome } from '../../egress/egress.ts';
import { isCompressed, responseBytesMax } from '../../egress/egress.ts';
import { retryAfterMs } from '../retry-after.ts';

export type TokenFailure = {
  readonly ok: false;
  /** `rejected`: the same until a person changes something. `temporary`: try again later. */
  readonly kind: 'rejected' | 'temporary';
  /** For people: status, OAuth error and its description; secrets are masked. */
  readonly detail: string;
  readonly retryAfterMs: number | null;
  /** The status of the response, if there was one. */
  readonly status: number | null;
  /** The OAuth error code of the response, if it had one. */
  readonly code: string | null;
  /** The endpoint refused the client authentication, so another method may succeed. */
  readonly isClientRefused: boolean;
};

export type TokenResponse =
  | {
      readonly ok: true;
      readonly accessToken: string;
      readonly lifeMs: number | null;
      readonly refreshToken: string | null;
      readonly warnings: string[];
    }
  | TokenFailure;

/**
 * Reads the response of a token endpoint (RFC 6749 §5). `rejected`: a 2xx without a usable token, 3xx, any 4xx but
 * 408, 425 and 429, every OAuth error code whatever the status, a blocked address. `temporary`: everything else.
 * `now` is the time by the endpoint's clock where that is known. `hide` masks secrets that an error description may
 * echo. Pure.
 */
export function readTokenResponse(
  outcome: EgressOutcome,
  { now, fields, hide }: { now: number; fields: TokenFields; hide: (text: string) => string },
): TokenResponse {
  if (outcome.kind === 'error') {
    const { kind, message } = outcome.error;
    return failure(kind === 'blocked' ? 'rejected' : 'temporary', `The token request failed (${kind}): ${message}`);
  }
  const { status } = outcome;
  const body = readObject(outcome.body);
  const code = body?.['error'];
  const said = [oneLine(code, hide), oneLine(body?.['error_description'], hide)]
    .filter((text) => text !== null)
    .join(': ');
  const saying = (what: string) => `The token endpoint returned ${status}${said === '' ? what : ` ${said}`}`;
  const failed = (kind: TokenFailure['kind'], detail: string): TokenFailure => ({
    ...failure(kind, detail),
    status,
    code: typeof code === 'string' ? code : null,
    retryAfterMs: kind === 'temporary' ? retryAfterMs(outcome.headers, now) : null,
    isClientRefused: status === 401 || code === 'invalid_client',
  });

  if (status >= 200 && status < 300) {
    if (isCompressed(outcome.headers))
      return failed('rejected', `${saying('')} with compressed data, which was not requested.`);
    if (body === null && outcome.truncated && outcome.body.length < responseBytesMax)
      return failed('temporary', `${saying('')}, but the response was cut off.`);
    if (body === null && outcome.truncated)
      return failed('rejected', `${saying('')} with more than ${responseBytesMax / 1_024} KiB, which is no token.`);
    if (body === null) return failed('rejected', `${saying('')}, but not with a JSON object${mediaType(outcome)}.`);
    const read = readToken(body, fields, now);
    return read.ok ? read : failed('rejected', `${saying('')}, but ${read.reason}.${fieldsOf(body, hide)}`);
  }
  if (typeof code === 'string' && oauthErrors.has(code)) return failed('rejected', saying(''));
  if (status === 408 || status === 425 || status === 429 || status < 200 || status >= 500)
    return failed('temporary', saying(mediaType(outcome)));
  if (status < 400) return failed('rejected', `${saying('')}: redirects are not followed; enter the final URL.`);
  return failed('rejected', saying(mediaType(outcome)));
}

/** RFC 6749 §5.2, RFC 8707, RFC 9449. */
const oauthErrors = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
]);

function readToken(
  body: Record<string, unknown>,
  fields: TokenFields,
  now: number,
): Extract<TokenResponse, { ok: true }> | { readonly ok: false; readonly reason: string } {
  const at = (path: string | null) => (path === null ? undefined : valueAt(body, path));
  const accessToken = at(fields.accessToken);
  if (typeof accessToken !== 'string' || accessToken === '')
    return { ok: false, reason: `without an access token at ${fields.accessToken}` };
  if (!visible.test(accessToken))
    return { ok: false, reason: `its ${fields.accessToken} contains characters that no header can carry` };
  const warnings: string[] = [];
  const tokenType = at(fields.tokenType);
  if (fields.tokenType !== null && (tokenType === undefined || tokenType === null))
    warnings.push(`The response has no ${fields.tokenType}; bearer is assumed.`);
  else if (fields.tokenType !== null && (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer'))
    return { ok: false, reason: `its ${fields.tokenType} is not bearer` };
  const expiresIn = at(fields.expiresIn);
  const lifeMs = lifeOf(expiresIn, now);
  if (lifeMs === null && expiresIn !== undefined && expiresIn !== null)
    warnings.push(`The response has no valid lifetime in ${fields.expiresIn}; the token is used until it is refused.`);
  const refreshToken = at(fields.refreshToken);
  const isUseful = typeof refreshToken === 'string' && refreshToken !== '';
  return { ok: true, accessToken, lifeMs, refreshToken: isUseful ? refreshToken : null, warnings };
}

const visible = /^[\x21-\x7e]+$/;

/** Seconds, or a Unix time when the number is over thirty years. Some servers write the number as text. */
function lifeOf(value: unknown, now: number): number | null {
  const isText = typeof value === 'string' && value.trim() !== '';
  const number = isText ? Number(value) : value;
  if (isText && Number.isNaN(number)) return above(rfc3339.test(value.trim()) ? Date.parse(value) - now : null);
  if (typeof number !== 'number' || !Number.isFinite(number)) return null;
  if (number > 1e11) return above(number - now);
  return above(number > 1e9 ? number * 1_000 - now : number * 1_000);
}

const above = (ms: number | null) => (ms !== null && ms > 0 ? ms : null);
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** The field names of a response without a token, so that a person can find the right one. */
function fieldsOf(body: Record<string, unknown>, hide: (text: string) => string): string {
  const names = Object.entries(body).flatMap(([name, value]) =>
    isObject(value) ? Object.keys(value).map((inner) => `${name}.${inner}`) : [name],
  );
  const text = oneLine(names.slice(0, 20).join(', '), hide);
  return text === null ? '' : ` It has: ${text}.`;
}

function readObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes)); // drops a byte order mark
    return isObject(value) ? value : null;
  } catch {
    return null; // error pages are not JSON; the status is reported
  }
}

function oneLine(value: unknown, hide: (text: string) => string): string | null {
  if (typeof value !== 'string') return null;
  const text = hide(value)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (text === '') return null;
  return text.length > 300 ? `${text.slice(0, 300).toWellFormed()}…` : text;
}

function mediaType({ headers }: Extract<EgressOutcome, { kind: 'response' }>): string {
  const value = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}/.exec(value)?.[0];
  return type === undefined ? '' : ` (${type})`;
}

function failure(kind: TokenFailure['kind'], detail: string): TokenFailure {
  return { ok: false, kind, detail, retryAfterMs: null, status: null, code: null, isClientRefused: false };
}
