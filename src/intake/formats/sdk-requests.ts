import { createHash } from 'node:crypto';
import { asAppError } from '../../http/problem.ts';
import { maskedAddress } from '../masked-address.ts';
import { type IntakeRequest, type IntakeResponse, openHeaders, type ResponseHeaders } from './format.ts';

/** The user name of Basic credentials, where SDKs put the key; null: there are none. */
export function basicUser({ authorization }: IntakeRequest['headers']): string | null {
  const [, encoded] = /^basic +([\w+/=-]+)$/i.exec(authorization ?? '') ?? [];
  return encoded === undefined ? null : (Buffer.from(encoded, 'base64').toString().split(':', 1)[0] ?? '');
}

/** A parameter of the query; null: it is missing. */
export function queryValue(url: string, name: string): string | null {
  const [, query = ''] = url.split(/\?(.*)/s, 2);
  return new URLSearchParams(query).get(name);
}

/** The network of the client when it is a page; null: a back end, whose address says nothing about the visitor. */
export function pageAddress({ headers, address }: Pick<IntakeRequest, 'headers' | 'address'>): string | null {
  return headers.origin === undefined && headers['sec-fetch-site'] === undefined ? null : maskedAddress(address());
}

/** A value that SDKs send as text or number, as text; null: it is empty or something else. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

const identityCharactersMax = 255;

/** The identity of an event: its id, or a hash of its JSON, which no SDK without ids changes when it repeats it. */
export function identityOf(id: unknown, json: () => Uint8Array): string {
  const text = textOf(id);
  if (text !== null && text.length <= identityCharactersMax) return text;
  return createHash('sha256').update(json()).digest('base64url');
}

/** The response that every SDK takes for a success: some repeat what is accepted when it is no JSON object or not 200. */
export function success(headers: ResponseHeaders, body = '{"success":true}'): IntakeResponse {
  return { status: 200, headers: { ...openHeaders, 'content-type': jsonType, ...headers }, body };
}

export const jsonType = 'application/json; charset=utf-8';

/**
 * The refusal of a request of an SDK, as plain text: some repeat a 400 in JSON that is not their own. A request that can't
 * succeed is 400, an unknown key 401; what can is 429 or 503, which every SDK repeats that repeats at all.
 */
export function sdkRefusal(error: unknown, { headers }: IntakeResponse): IntakeResponse {
  const { message } = asAppError(error);
  const status = sdkStatus(error);
  const wait = status === 503 && headers['retry-after'] === undefined ? { 'retry-after': '1' } : {};
  const own = { ...headers, ...wait, 'content-type': 'text/plain; charset=utf-8' };
  return { status, headers: own, body: message };
}

function sdkStatus(error: unknown): number {
  const { code, status } = asAppError(error);
  if (code === 'unknown_collector') return 401;
  if (status >= 500) return 503;
  return status === 401 || status === 403 || status === 429 ? status : 400;
}
