import { isDeepStrictEqual } from 'node:util';
import type { Auth } from '../contract/connection.ts';
import type { DestinationBody } from '../contract/destination.ts';

export type Answer = {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
};

export type OutcomeRule = DestinationBody['settings']['outcomes'][number];
type RefreshRule = Extract<Auth, { type: 'oauth2' }>['refreshOn'][number];

/** Whether an answer fits the condition of an outcome rule: every part that is given must fit. Pure. */
export function fitsOutcome({ when }: OutcomeRule, answer: Answer): boolean {
  return (
    (when.status === undefined || fitsStatus(when.status, answer.status)) &&
    (when.header === undefined || fitsHeader(when.header, answer)) &&
    (when.json === undefined || fitsJson(when.json, answer))
  );
}

/** Whether an answer says that the access token is no longer good. Pure. */
export function fitsRefresh(rule: RefreshRule, answer: Answer): boolean {
  return (
    rule.status === answer.status &&
    (rule.header === undefined || fitsHeader(rule.header, answer)) &&
    (rule.bodyContains === undefined || textOf(answer).includes(rule.bodyContains))
  );
}

function fitsStatus(pattern: number | string, status: number): boolean {
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

/** `path` is `error.code`, `items[0].status` or with a leading `$.`. */
function fitsJson({ path, equals }: { path: string; equals?: unknown }, answer: Answer): boolean {
  let value: unknown;
  try {
    value = JSON.parse(textOf(answer));
  } catch {
    return false; // an answer that is no JSON fits no rule about JSON
  }
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = Reflect.get(value, key);
  }
  return isDeepStrictEqual(value, equals);
}

function textOf({ body }: Answer): string {
  return new TextDecoder().decode(body);
}
