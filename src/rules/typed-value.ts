import type { MappedType } from '../contract/documents/action.ts';

/** Why a value can't be sent as a type. */
export type Misfit = 'not_number' | 'inexact_number' | 'not_boolean' | 'not_list' | 'not_json';

/** The converted value, undefined when there is none, or why the value does not fit. */
export type TypedValue = { ok: true; value: unknown } | { ok: false; misfit: Misfit };

/**
 * A value of an event as the type that a field mapping asks for. Values on events are text, lists and objects; `ext` and
 * `session` also have numbers and booleans. Blank text has no value, except as text.
 *
 * - `text`: unchanged.
 * - `number`: a decimal number with a point. An integer beyond 2^53 − 1 would be sent as another number and does not fit.
 * - `boolean`: true, yes, on, 1; false, no, off, 0; without regard to case.
 * - `list`: a list unchanged; the text of a JSON list; otherwise the parts of a text between semicolons.
 * - `json`: a list or object unchanged; otherwise the value that the text is the JSON of.
 */
export function typedValue(value: unknown, as: MappedType): TypedValue {
  if (as === 'text' || value === undefined || value === null) return fits(value);
  if (typeof value === 'string' && value.trim() === '') return fits(undefined);
  return converters[as](value);
}

const fits = (value: unknown): TypedValue => ({ ok: true, value });
const misfit = (reason: Misfit): TypedValue => ({ ok: false, misfit: reason });

const converters: { [T in Exclude<MappedType, 'text'>]: (value: unknown) => TypedValue } = {
  number(value) {
    if (typeof value === 'number') return fits(value);
    if (typeof value !== 'string' || !decimal.test(value.trim())) return misfit('not_number');
    const number = Number(value);
    if (!Number.isFinite(number)) return misfit('not_number');
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? misfit('inexact_number') : fits(number);
  },
  boolean(value) {
    if (typeof value === 'boolean') return fits(value);
    const found = booleans.get(String(value).trim().toLowerCase());
    return found === undefined ? misfit('not_boolean') : fits(found);
  },
  list(value) {
    if (Array.isArray(value)) return fits(value);
    if (typeof value !== 'string') return typeof value === 'object' ? misfit('not_list') : fits([value]);
    const json = value.trimStart().startsWith('[') ? parsed(value) : undefined;
    if (Array.isArray(json)) return fits(json);
    const parts = value.split(';').map((part) => part.trim());
    return fits(parts.filter((part) => part !== ''));
  },
  json(value) {
    if (typeof value !== 'string') return fits(value);
    const json = parsed(value);
    return json === undefined ? misfit('not_json') : fits(json);
  },
};

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
]);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
