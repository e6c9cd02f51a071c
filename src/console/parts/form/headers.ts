import type { Facts } from '../../data/schema-facts.ts';
import { parts } from '../../messages/en.ts';
import { keptSecret, problemsBy, text, within, writtenSecret } from './form-fields.ts';
import { type Row, rows } from './rows.ts';
import type { SecretValue } from './secret-field.tsx';

/** A custom header in a form; only a plain one has a text that is stored as it is. */
export type HeaderDraft = Row & { name: string; value: SecretValue; isSecret: boolean };

type Stored = { name: string; value: unknown; secret: boolean };

export const headerDraftsOf = (stored: readonly Stored[]): HeaderDraft[] =>
  rows(stored.map(({ name, value, secret }) => ({ name, value: value as SecretValue, isSecret: secret }))); // a text or a mark

/** The headers of a draft, as a write takes them: texts and marks, branded only on the server. */
export function headersOf<Written>(headers: readonly HeaderDraft[]): Written[] {
  return headers.map(({ name, value, isSecret }) => ({
    name: name.trim(),
    value: isSecret ? writtenSecret(value) : typeof value === 'string' ? value : '',
    secret: isSecret,
  })) as Written[]; // the shape of every write
}

/** The headers that a browser may keep: without the secrets that were typed. */
export const keptHeaders = (headers: readonly HeaderDraft[]): HeaderDraft[] =>
  headers.map((one) => (one.isSecret ? { ...one, value: keptSecret(one.value) } : one));

/** Problems of the headers at `settings.headers`, by path. */
export const headerProblems = (headers: readonly HeaderDraft[], facts: Facts): Record<string, string> =>
  Object.assign(
    {},
    ...headers.map((header, at) =>
      problemsBy(within(`settings.headers.${at}`, { name: text('name') }), facts, header, {
        name: [parts.name],
      }),
    ),
  );
