import { isDeepStrictEqual } from 'node:util';
import type { Auth } from '../contract/documents/connection.ts';
import type { DestinationBody } from '../contract/documents/destination.ts';
import { valueAt } from '../contract/json-path.ts';

export type Answer = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
};

export type OutcomeRule = DestinationBody['settings']['outcomes'][number];
type RefreshRule = Extract<Auth, { type: 'oauth2' }>['refreshOn'][number];

/** Whether a response matches the condition of an outcome rule: all given parts must match. Pure. */
export function fitsOutcome({ when }: OutcomeRule, answer: Answer): boolean {
  return (
    (when.status === undefined || fitsStatus(when.status, answer.status)) &&
    (when.header === undefined || fitsHeader(when.header, answer)) &&
    (when.json === undefined || fitsJson(when.json, answer))
  );
}

/** Whether a response says that the access token is no longer valid. Pure. */
export function fitsRefresh(rule: RefreshRule, answer: Answer): boolean {
  return (
    rule.status === answer.status &&
    (rule.header === undefined || fitsHeader(rule.header, answer)) &&
    (rule.bodyContains === undefined || bodyText(answer).includes(rule.bodyContains))
  );
}

/** Whether a status matches a pattern: `200`, `5xx`, `400-499`. */
export function fitsStatus(pattern: number | string, status: number): boolean {
  if (typeof pattern === 'number') return pattern === status;
  const [from, to] = pattern.split('-');
  if (to !== undefined) return status >= Number(from) && status <= Number(to);
  return pattern[0] === String(status)[0];
}

function fitsHeader({ name, contains }: { name: string; contains: string }, { headers }: Answer): boolean {
  return headers.some(
    ([one, value]) => one.toLowerCase() === name.toLowerCase() && value.toLowerCase().includes(contains.toLowerCase()),
  );
}

function fitsJson({ path, equals }: { path: string; equals?: unknown }, answer: Answer): boolean {
  const value = valueAt(jsonOf(answer), path);
  return value !== undefined && isDeepStrictEqual(value, equals);
}

/** The parsed JSON of a response; undefined when it is not JSON, so that no rule about JSON matches. */
export function jsonOf(answer: Answer): unknown {
  try {
    return JSON.parse(bodyText(answer));
  } catch {
    return undefined;
  }
}

function bodyText({ body }: Answer): string {
  return new TextDecoder().decode(body);
}
