import type { Facts } from '../../data/schema-facts.ts';
import { formFields as words } from '../../messages/en/form-fields.ts';
import { formatDuration, formatNumber } from '../../messages/format.ts';
import { durationOf, durationsOf, durationText } from './duration-text.ts';
import type { SecretValue } from './secret-field.tsx';
import { sizeOf, sizeText } from './size-text.ts';

type Kind = 'text' | 'block' | 'number' | 'percent' | 'duration' | 'durations' | 'size' | 'lines' | 'choice' | 'secret';

/** How a value of a body stands in a form as `T`. `isOptional`: left empty, the server's default applies. */
export type FormField<T> = { path: string; kind: Kind; isOptional?: boolean; as?: T };
export type FormFields = Readonly<Record<string, FormField<unknown>>>;

/** The form's values of a table of fields: texts as people type them, secrets, and the values of choices. */
export type DraftOf<F extends FormFields> = { [Name in keyof F]: F[Name] extends FormField<infer T> ? T : never };

const typed =
  (kind: Kind) =>
  (path: string, isOptional = false): FormField<string> => ({ path, kind, isOptional });

/** One line of text, or an empty one for null. */
export const text = typed('text');
/** Text of several lines, unchanged. */
export const block = typed('block');
export const number = typed('number');
/** A share between 0 and 1, typed as 0 to 100. */
export const percent = typed('percent');
/** Milliseconds, typed with a unit. */
export const duration = typed('duration');
/** Milliseconds between commas. */
export const durations = typed('durations');
/** Bytes, typed with a unit. */
export const size = typed('size');
/** A list of texts, one a line. */
export const lines = typed('lines');
export const secret = (path: string): FormField<SecretValue> => ({ path, kind: 'secret' });
/** A value of its own type: one of several, yes and no, or a list of choices. */
export const choice = <T>(path: string): FormField<T> => ({ path, kind: 'choice' });

/** The form's values of a stored body, or of a new one: the defaults of the contract. */
export function draftBy<F extends FormFields>(fields: F, facts: Facts, stored: object | null): DraftOf<F> {
  const drafts = Object.entries(fields).map(([name, field]) => {
    const value = stored === null ? (field.isOptional ? null : facts[field.path]?.default) : at(stored, field.path);
    return [name, shown(field.kind, value ?? null)];
  });
  return Object.fromEntries(drafts) as DraftOf<F>; // each field by its own kind
}

/** The body of the fields, as a tree. An empty value is null where it can be, and left out where it is optional. */
export function bodyBy<F extends FormFields>(fields: F, facts: Facts, draft: DraftOf<F>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, { path, kind, isOptional }] of Object.entries(fields)) {
    const typed = draft[name];
    const isEmpty = typeof typed === 'string' && typed.trim() === '' && kind !== 'secret' && kind !== 'choice';
    if (isEmpty && facts[path]?.isNullable !== true && isOptional) continue;
    put(body, path.split('.'), isEmpty && facts[path]?.isNullable ? null : read(kind, typed));
  }
  return body;
}

/** What can't be read or is out of the contract's bounds, by path. The server decides about everything else. */
export function problemsBy<F extends FormFields>(fields: F, facts: Facts, draft: DraftOf<F>): Record<string, string> {
  const problems = Object.entries(fields).flatMap(([name, field]): [string, string][] => {
    const problem = problemOf(field, facts, draft[name]);
    return problem === null ? [] : [[field.path, problem]];
  });
  return Object.fromEntries(problems);
}

/** The draft that a browser may keep: secrets that were typed are taken out, marks of stored ones stay. */
export function keptBy<D extends object>(fields: FormFields, draft: D): D {
  const secrets = Object.entries(fields).filter(([, { kind }]) => kind === 'secret');
  const values = draft as Readonly<Record<string, unknown>>; // read by the names of the fields
  return { ...draft, ...Object.fromEntries(secrets.map(([name]) => [name, keptSecret(values[name] as SecretValue)])) }; // a secret by its kind
}

/** A secret that a browser may keep: the mark of a stored one or a reference, never a text. */
export const keptSecret = (value: SecretValue): SecretValue => (typeof value === 'string' ? null : value);

/** A secret for a body: a new text, a reference, the mark that keeps the stored one; an emptied field removes it. */
export function writtenSecret(value: unknown): unknown {
  const isEmpty = value === '' || (typeof value === 'object' && value !== null && 'ref' in value && value.ref === '');
  return isEmpty ? { set: false } : value;
}

function shown(kind: Kind, value: unknown): unknown {
  if (kind === 'secret' || kind === 'choice') return value;
  if (value === null) return '';
  if (kind === 'percent') return String(Math.round(Number(value) * 10_000) / 100);
  if (kind === 'duration') return durationText(Number(value));
  if (kind === 'size') return sizeText(Number(value));
  if (kind === 'durations' || kind === 'lines') {
    const items = value as readonly (number | string)[]; // a list by its kind
    return kind === 'lines' ? items.join('\n') : items.map((one) => durationText(Number(one))).join(', ');
  }
  return String(value);
}

function read(kind: Kind, typed: unknown): unknown {
  const text = String(typed);
  switch (kind) {
    case 'text':
      return text.trim();
    case 'number':
      return Number(text);
    case 'percent':
      return Number(text) / 100;
    case 'duration':
      return durationOf(text) ?? Number.NaN;
    case 'durations':
      return durationsOf(text) ?? [Number.NaN];
    case 'size':
      return sizeOf(text) ?? Number.NaN;
    case 'lines':
      return text
        .split('\n')
        .map((one) => one.trim())
        .filter((one) => one !== '');
    case 'secret':
      return writtenSecret(typed);
    default:
      return typed;
  }
}

const unreadable: Partial<Record<Kind, string>> = {
  number: words.number,
  percent: words.number,
  duration: words.duration,
  durations: words.durations,
  size: words.size,
};

function problemOf(
  { path, kind, isOptional = false }: FormField<unknown>,
  facts: Facts,
  typed: unknown,
): string | null {
  const missing = unreadable[kind];
  if (missing === undefined) return null;
  const fact = facts[path] ?? {};
  if (String(typed).trim() === '') return isOptional || fact.isNullable ? null : missing;
  const value = read(kind, typed);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0 || values.some(Number.isNaN)) return missing;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, itemsMax = Number.POSITIVE_INFINITY } = fact;
  if (values.length > itemsMax) return words.items(itemsMax);
  if (values.some((one) => one < min || one > max)) return words.between(inUnit(kind, min), inUnit(kind, max));
  return kind === 'number' && !Number.isInteger(value) ? words.between(inUnit(kind, min), inUnit(kind, max)) : null;
}

function inUnit(kind: Kind, value: number): string {
  if (kind === 'percent') return formatNumber(value * 100);
  if (kind === 'size') return sizeText(value);
  return kind === 'number' ? formatNumber(value) : formatDuration(value);
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<string, unknown>>)[name] : undefined, // any member
    value,
  );
}

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) into[name] = value;
  else {
    const inner = (into[name] ?? {}) as Record<string, unknown>; // made here
    into[name] = inner;
    put(inner, rest, value);
  }
}
