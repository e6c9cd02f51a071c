import type { Fact, Facts } from '../../data/schema-facts.ts';
import { formFields as words } from '../../messages/en/form-fields.ts';
import { formatDuration, formatNumber } from '../../messages/format.ts';
import { durationOf, durationsOf, durationText } from './duration-text.ts';
import type { SecretValue } from './secret-field.tsx';
import { sizeOf, sizeText } from './size-text.ts';

type Kind =
  | 'text'
  | 'url'
  | 'block'
  | 'number'
  | 'percent'
  | 'duration'
  | 'durations'
  | 'size'
  | 'lines'
  | 'json'
  | 'choice'
  | 'secret';

/** A value of a body that a form holds as `T`. */
export type FormField<T> = {
  /** Its place in the body, with dots. */
  path: string;
  kind: Kind;
  /** Left empty, it is not sent, and the server's default applies. */
  isOptional?: boolean;
  /** The form asks for it although the contract takes it empty. */
  isNeeded?: boolean;
  as?: T;
};
export type FormFields = Readonly<Record<string, FormField<unknown>>>;

/** The texts of a field: its label, and a hint where one is needed. */
export type FieldWords = readonly [label: string, hint?: string];

/** The form's values of a table of fields: texts as people type them, secrets, and the values of choices. */
export type DraftOf<F extends FormFields> = {
  [Name in keyof F]: NonNullable<F[Name]> extends FormField<infer T> ? T : never;
};

const typed =
  (kind: Kind) =>
  (path: string, isOptional = false): FormField<string> => ({ path, kind, isOptional });

/** One line of text, or an empty one for null. */
export const text = typed('text');
export const url = typed('url');
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
/** A JSON object, or an empty text for one without members. */
export const json = typed('json');
export const secret = (path: string): FormField<SecretValue> => ({ path, kind: 'secret' });
/** A value of its own type: one of several, yes and no, or a list of choices. */
export const choice = <T>(path: string): FormField<T> => ({ path, kind: 'choice' });
/** A field that the form asks for although the contract takes it empty. */
export const needed = <T>(field: FormField<T>): FormField<T> => ({ ...field, isNeeded: true });

/** The same fields below a path. */
export function within<F extends FormFields>(path: string, fields: F): F {
  const moved = Object.entries(fields).map(([name, field]) => [name, { ...field, path: `${path}.${field.path}` }]);
  return Object.fromEntries(moved) as F; // only the paths differ
}

/** The form's values of a stored body, or of a new one: the contract's defaults, else the first of several choices. */
export function draftBy<F extends FormFields>(fields: F, facts: Facts, stored: object | null): DraftOf<F> {
  const drafts = Object.entries(fields).map(([name, { kind, path, isOptional }]) => {
    const fact = factAt(facts, path);
    const standard = isOptional ? null : (fact.default ?? (fact.isNullable ? null : fact.options?.[0]));
    return [name, shown(kind, (stored === null ? standard : at(stored, path)) ?? null)];
  });
  return Object.fromEntries(drafts) as DraftOf<F>; // each field by its own kind
}

/** The body of the fields, as a tree. An empty value is null where it can be, and left out where it is optional. */
export function bodyBy<F extends FormFields>(fields: F, facts: Facts, draft: DraftOf<F>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, { path, kind, isOptional }] of Object.entries(fields)) {
    const typed = draft[name];
    const isEmpty = typeof typed === 'string' && typed.trim() === '' && kind !== 'secret' && kind !== 'choice';
    const { isNullable = false } = factAt(facts, path);
    if (isEmpty && !isNullable && isOptional) continue;
    put(body, path.split('.'), isEmpty && isNullable ? null : read(kind, typed));
  }
  return body;
}

/**
 * What is missing, can't be read or is out of the contract's bounds, by path. `labels` name what is missing. The server
 * decides about everything else.
 */
export function problemsBy<F extends FormFields>(
  fields: F,
  facts: Facts,
  draft: DraftOf<F>,
  labels?: Readonly<Partial<Record<keyof F, FieldWords>>>,
): Record<string, string> {
  const problems = Object.entries(fields).flatMap(([name, field]): [string, string][] => {
    const fact = factAt(facts, field.path);
    const label = labels?.[name]?.[0];
    const isMissing = isEmpty(draft[name]) && (field.isNeeded || (fact.isNeeded && !field.isOptional));
    const problem = isMissing ? missing(field.kind, label) : problemOf(field, fact, draft[name]);
    return problem === null ? [] : [[field.path, problem]];
  });
  return Object.fromEntries(problems);
}

const isEmpty = (typed: unknown) => typed === null || (typeof typed === 'string' && typed.trim() === '');

const missing = (kind: Kind, label: string | undefined): string =>
  unreadable[kind] ?? (label === undefined ? words.needed : words.neededOf(label));

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
  if (kind === 'json') return Object.keys(value as object).length === 0 ? '' : JSON.stringify(value, null, 2);
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
    case 'url':
      return text.trim();
    case 'json':
      return jsonObject(text);
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

/** Of the kinds that are typed in a form of their own: what to type. */
const unreadable: Partial<Record<Kind, string>> = {
  url: words.url,
  number: words.number,
  percent: words.number,
  duration: words.duration,
  durations: words.durations,
  size: words.size,
  json: words.json,
};

function problemOf({ kind, isOptional }: FormField<unknown>, fact: Fact, typed: unknown): string | null {
  const problem = unreadable[kind];
  if (problem === undefined) return null;
  if (isEmpty(typed)) return isOptional || fact.isNullable || kind === 'json' ? null : problem;
  const value = read(kind, typed);
  if (kind === 'url') return /^https?:$/.test(URL.parse(String(value))?.protocol ?? '') ? null : problem;
  if (kind === 'json') return value === null ? problem : null;
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0 || values.some(Number.isNaN)) return problem;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, itemsMax = Number.POSITIVE_INFINITY } = fact;
  if (values.length > itemsMax) return words.items(itemsMax);
  const isWhole = kind !== 'number' || Number.isInteger(value);
  if (isWhole && values.every((one) => one >= min && one <= max)) return null;
  return (kind === 'number' ? words.whole : words.between)(inUnit(kind, min), inUnit(kind, max));
}

/** An object as it was typed, an empty one for nothing; null: the text is none. */
function jsonObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null; // null is none too
  } catch {
    return null;
  }
}

/** What the form says about a field by its contract: whether it has to be filled in, and the default of a quantity. */
export function aboutField(
  { path, kind, isNeeded = false, isOptional = false }: FormField<unknown>,
  facts: Facts,
): { isNeeded: boolean; standard: string | null } {
  const fact = factAt(facts, path);
  const isQuantity = kind === 'number' || kind === 'percent' || kind === 'duration' || kind === 'size';
  return {
    isNeeded: isNeeded || (fact.isNeeded === true && fact.default === undefined && !isOptional),
    standard: isQuantity && fact.default !== undefined && !isOptional ? String(shown(kind, fact.default)) : null,
  };
}

function inUnit(kind: Kind, value: number): string {
  if (kind === 'percent') return formatNumber(value * 100);
  if (kind === 'size') return sizeText(value);
  return kind === 'number' ? formatNumber(value) : formatDuration(value);
}

/** The facts of the value at a path, in which items of lists have their numbers. */
const factAt = (facts: Facts, path: string): Fact => facts[path.replaceAll(/\.\d+(?=\.|$)/g, '.*')] ?? {};

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
