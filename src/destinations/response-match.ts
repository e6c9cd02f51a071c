import { isDeepStrictEqual } from 'node:util';
import type { Auth } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { valueAt } from '../contract/json-path.ts';

export type Response = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
};

export type OutcomeRule = DestinationBody['settings']['outcomes'][number];
type RefreshRule = Extract<Auth, { type: 'oauth2' }>['refreshOn'][number];

/** Whether a response matches the condition of an outcome rule: all given parts must match. Pure. */
export function fitsOutcome({ when }: OutcomeRule, response: Response): boolean {
  return (
    (when.status === undefined || fitsStatus(when.status, response.status)) &&
    (when.header === undefined || fitsHeader(when.header, response)) &&
    (when.json === undefined || fitsJson(when.json, response))
  );
}

/** Whether a response says that the access token is no longer valid. Pure. */
export function fitsRefresh(rule: RefreshRule, response: Response): boolean {
  return (
    rule.status === response.status &&
    (rule.header === undefined || fitsHeader(rule.header, response)) &&
    (rule.bodyContains === undefined || bodyText(response).includes(rule.bodyContains))
  );
}

/** Whether a status matches a pattern: `200`, `5xx`, `400-499`. */
export function fitsStatus(pattern: number | string, status: number): boolean {
  if (typeof pattern === 'number') return pattern === status;
  const [from, to] = pattern.split('-');
  if (to !== undefined) return status >= Number(from) && status <= Number(to);
  return pattern[0] === String(status)[0];
}

function fitsHeader({ name, contains }: { name: string; contains: string }, { headers }: Response): boolean {
  return headers.some(
    ([one, value]) => one.toLowerCase() === name.toLowerCase() && value.toLowerCase().includes(contains.toLowerCase()),
  );
}

function fitsJson({ path, equals }: { path: string; equals?: unknown }, response: Response): boolean {
  const value = valueAt(jsonOf(response), path);
  return value !== undefined && isDeepStrictEqual(value, equals);
}

/** The parsed JSON of a response; undefined when it is not JSON, so that no rule about JSON matches. */
export function jsonOf(response: Response): unknown {
  try {
    return JSON.parse(bodyText(response));
  } catch {
    return undefined;
  }
}

function bodyText({ body }: Response): string {
  return new TextDecoder().decode(body);
}
