import type { Fact, Facts } from '../../data/schema-facts.ts';
import { formatDuration, formatNumber, formFields as words } from '../../messages/en.ts';
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
  | 'value'
  | 'choice'
  | 'status'
  | 'asked'
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
  /** The value of a new form, in place of the contract's default. */
  initial?: T;
  /** Whether the form has it now, by the other values of the draft. Without it, always. */
  isIn?: (draft: never) => boolean;
  /** It is shown even while the form does not have it. */
  isShown?: boolean;
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
/** JSON such as `7` or `true`; any other text is itself. */
export const value = typed('value');
export const secret = (path: string): FormField<SecretValue> => ({ path, kind: 'secret' });
/** A value of its own type: one of several, yes and no, or a list of choices. */
export const choice = <T>(path: string): FormField<T> => ({ path, kind: 'choice' });
/** A status that is `enabled` or `disabled`, as a switch; a new form has it on. */
export const enabled = (path = 'status'): FormField<boolean> => ({ path, kind: 'status', initial: true });
/** What the form alone asks: it is not part of the body. */
export const asked = <T>(initial: T): FormField<T> => ({ path: '', kind: 'asked', initial });
export const initially = <T>(initial: T, field: FormField<T>): FormField<T> => ({ ...field, initial });
/** A field that the form asks for although the contract takes it empty. */
export const needed = <T>(field: FormField<T>): FormField<T> => ({ ...field, isNeeded: true });

/** The same fields below a path. */
export function within<F extends FormFields>(path: string, fields: F): F {
  const moved = Object.entries(fields).map(([name, field]) => [name, { ...field, path: `${path}.${field.path}` }]);
  return Object.fromEntries(moved) as F; // only the paths differ
}

/** Fields that the form has only while `isIn` says so; otherwise their values are kept, and not sent. */
export function when<Draft, F extends FormFields>(isIn: (draft: Draft) => boolean, fields: F): F {
  const bound = Object.entries(fields).map(([name, field]) => [
    name,
    { ...field, isIn: (draft: Draft) => isIn(draft) && has(field, draft) },
  ]);
  return Object.fromEntries(bound) as F; // only this differs
}

/** Fields that are sent only with another one that is not empty. */
export function sentWith<Name extends string, F extends FormFields>(name: Name, fields: F): F {
  const bound = when((draft: Record<Name, string>) => draft[name].trim() !== '', fields);
  return Object.fromEntries(Object.entries(bound).map(([one, field]) => [one, { ...field, isShown: true }])) as F; // only this differs
}

/** Whether the form has a field now. */
export const has = ({ isIn }: FormField<unknown>, draft: unknown): boolean => isIn?.(draft as never) ?? true; // of its form

type Named<Of extends string, F> = { [Name in keyof F & string as `${Of}.${Name}`]: F[Name] };

/** The same fields, or their labels, under names that begin with `of`. */
export function named<Of extends string, F extends object>(of: Of, fields: F): Named<Of, F> {
  return Object.fromEntries(Object.entries(fields).map(([name, one]) => [`${of}.${name}`, one])) as Named<Of, F>; // only the names differ
}

/**
 * The form's values of a stored body, or of a new one (null). What is not stored has its initial value: that of the
 * form, the contract's default, or the first of several choices.
 */
export function draftBy<F extends FormFields>(fields: F, facts: Facts, stored: object | null): DraftOf<F> {
  const drafts = Object.entries(fields).map(([name, { kind, path, isOptional, initial }]) => {
    const held = path === '' ? undefined : at(stored, path);
    if (held === undefined && initial !== undefined) return [name, initial];
    const fact = factAt(facts, path);
    const standard = isOptional ? null : (fact.default ?? (fact.isNullable ? null : fact.options?.[0]));
    return [name, shown(kind, held === undefined ? (standard ?? null) : held)];
  });
  return Object.fromEntries(drafts) as DraftOf<F>; // each field by its own kind
}

/** The body of the fields, as a tree. An empty value is null where it can be, and left out where it is optional. */
export function bodyBy<F extends FormFields>(fields: F, facts: Facts, draft: DraftOf<F>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const { path, kind, isOptional } = field;
    if (kind === 'asked' || !has(field, draft)) continue;
    const typed = draft[name];
    const isLeft = codecs[kind] !== undefined && isEmpty(typed);
    const { isNullable = false } = factAt(facts, path);
    if (isLeft && !isNullable && isOptional) continue;
    put(body, path.split('.'), isLeft && isNullable ? null : read(kind, typed));
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
    if (!has(field, draft)) return [];
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
  codecs[kind]?.problem ?? (label === undefined ? words.needed : words.neededOf(label));

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

/** How values of a kind are typed. `problem`: what to type, of the kinds that are typed in a form of their own. */
type Codec = { show: (value: unknown) => string; read: (text: string) => unknown; problem: string | undefined };

const codec = <T>(show: (value: T) => string, read: (text: string) => T, problem?: string): Codec => ({
  show: (value) => show(value as T), // of its kind
  read,
  problem,
});

/** The kinds that are typed. Values that can't be read are NaN, a list with it, or null for an object. */
const codecs: Readonly<Partial<Record<Kind, Codec>>> = {
  text: codec(String, (text) => text.trim()),
  url: codec(String, (text) => text.trim(), words.url),
  block: codec(String, (text) => text),
  number: codec(String, Number, words.number),
  percent: codec<number>(
    (share) => String(Math.round(share * 10_000) / 100),
    (text) => Number(text) / 100,
    words.number,
  ),
  duration: codec(durationText, (text) => durationOf(text) ?? Number.NaN, words.duration),
  durations: codec<number[]>(
    (list) => list.map(durationText).join(', '),
    (text) => durationsOf(text) ?? [Number.NaN],
    words.durations,
  ),
  size: codec(sizeText, (text) => sizeOf(text) ?? Number.NaN, words.size),
  lines: codec<string[]>((list) => list.join('\n'), linesOf),
  json: codec<object | null>(
    (value) => (Object.keys(value ?? {}).length === 0 ? '' : JSON.stringify(value, null, 2)),
    jsonObject,
    words.json,
  ),
  value: codec(valueText, jsonOrText),
};

/** A stored value as a form holds it. */
function shown(kind: Kind, value: unknown): unknown {
  const { [kind]: typed } = codecs;
  if (kind === 'status') return value === 'enabled';
  return typed === undefined ? value : value === null ? '' : typed.show(value);
}

/** What a form holds as a value of the body. */
function read(kind: Kind, held: unknown): unknown {
  const { [kind]: typed } = codecs;
  if (typed !== undefined) return typed.read(String(held));
  if (kind === 'status') return held === true ? 'enabled' : 'disabled';
  return kind === 'secret' ? writtenSecret(held) : held;
}

function problemOf({ kind, isOptional }: FormField<unknown>, fact: Fact, typed: unknown): string | null {
  const problem = codecs[kind]?.problem;
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

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((one) => one.trim())
    .filter((one) => one !== '');
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

/** Other values than texts as JSON, and texts that would be read as JSON. */
function valueText(held: unknown): string {
  return typeof held === 'string' && jsonOrText(held) === held ? held : JSON.stringify(held);
}

/** `true` and `7` as JSON, anything that is none as the text that it is: people leave out the quotes. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
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
