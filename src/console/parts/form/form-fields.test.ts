import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertFacts, connectionFacts, destinationFacts, type Facts } from '../../data/schema-facts.ts';
import { alertFields } from '../../pages/alerts/alert-draft.ts';
import { fields as destinationFields } from '../../pages/connections/destinations/destination-draft.ts';
import { connectionFields } from '../connection/form/connection-draft.ts';
import {
  asked,
  bodyBy,
  type DraftOf,
  draftBy,
  type FormField,
  initially,
  keptBy,
  needed,
  number,
  problemsBy,
  secret,
  sentWith,
  text,
  url,
  value,
  when,
  within,
} from './form-fields.ts';
import { sizeOf, sizeText } from './size-text.ts';

const tables: [name: string, fields: Record<string, FormField<unknown>>, facts: Facts][] = [
  ['connection', connectionFields, connectionFacts],
  ['destination', destinationFields, destinationFacts],
  ['alert', alertFields, alertFacts],
];

/** A body with one value, by its path. */
const bodyWith = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object; // a path has a name

function valuesFor(
  { kind, path, isNeeded }: FormField<unknown>,
  { default: standard, min = 0, max = 1_000, isNullable }: Facts[string],
) {
  const list =
    kind === 'durations'
      ? [
          [min, max],
          [1_500, 90_000],
        ]
      : kind === 'lines'
        ? [['a', 'b.*']]
        : null;
  const texts =
    kind === 'text' || kind === 'block'
      ? [`a value of ${path}`]
      : kind === 'url'
        ? ['https://a.example']
        : kind === 'json'
          ? [{}, { role: 'sender' }]
          : null;
  const others =
    kind === 'secret' ? ['typed', { ref: 'env:KEY' }, { set: true }] : kind === 'choice' ? [standard ?? 'one'] : null;
  if (kind === 'status') return ['enabled', 'disabled'];
  const numbers = kind === 'percent' ? [min, max, 0.07, 0.125] : [min, max];
  return [
    ...(list ?? texts ?? others ?? numbers),
    ...(standard === undefined ? [] : [standard]),
    ...(isNullable && !isNeeded ? [null] : []),
  ];
}

test('every field stands in the contract, and every value that it can have is saved as it was stored', () => {
  for (const [name, fields, facts] of tables)
    for (const { isIn: _isIn, ...field } of Object.values(fields)) {
      if (field.kind === 'asked') continue;
      const fact = facts[field.path];
      assert.ok(fact !== undefined, `${name}: ${field.path} is not in the contract`);
      for (const value of valuesFor(field, fact)) {
        const table = { field };
        const body = bodyWith(field.path, value);
        const draft = draftBy(table, facts, body);
        assert.deepEqual(bodyBy(table, facts, draft), body, `${name}: ${field.path}`);
        assert.deepEqual(problemsBy(table, facts, draft), {}, `${name}: ${field.path}`);
      }
    }
});

test('a value out of the bounds of the contract has a problem in the unit in which it is typed', () => {
  const told = (name: keyof typeof connectionFields, typed: string) =>
    problemsBy({ [name]: connectionFields[name] }, connectionFacts, { [name]: typed })[connectionFields[name].path];
  assert.equal(told('timeout', '2 min'), 'Enter a value from 100 ms to 1 min.');
  assert.equal(told('retryJitter', '101'), 'Enter a value from 0 to 100.');
  assert.equal(told('breakerMinimum', '1.5'), 'Enter a whole number from 1 to 1,000.');
  assert.equal(told('breakerMinimum', ''), 'Enter a number.');
  assert.equal(told('rateLimit', ''), undefined);
  assert.equal(told('retrySchedule', Array(51).fill('1 s').join()), 'Enter at most 50 values.');
});

test('a missing value is a problem with the name of its field, only where the contract or the form needs it', () => {
  const fields = {
    name: text('name'),
    port: text('port'),
    ...within('auth', { key: needed(secret('token')), url: url('accessTokenUrl') }),
  };
  const problems = (draft: DraftOf<typeof fields>) =>
    problemsBy(fields, connectionFacts, draft, { name: ['Connection Name'], key: ['Private key'] });
  assert.deepEqual(problems({ name: ' ', port: '', key: null, url: '' }), {
    name: 'Enter the Connection Name.',
    'auth.token': 'Enter the Private key.',
    'auth.accessTokenUrl': 'Enter a URL that starts with https:// (or http://).',
  });
  assert.deepEqual(problems({ name: 'CRM', port: '', key: { set: true }, url: 'https://a.example' }), {});
  assert.equal(
    problems({ name: 'CRM', port: '', key: 'k', url: 'ftp://a' })['auth.accessTokenUrl'],
    problems({ name: '', port: '', key: 'k', url: '' })['auth.accessTokenUrl'],
  );
});

test('a field that the form does not have now is neither sent nor a problem, and comes from a stored body or its initial value', () => {
  const fields = {
    kind: asked<'plain' | 'signed'>('plain'),
    ...when(({ kind }: { kind: string }) => kind === 'signed', {
      key: needed(text('key')),
      header: initially('X-Signature', text('header')),
    }),
    name: text('name', true),
    ...sentWith('name', { equals: value('equals') }),
  };
  const draft = draftBy(fields, {}, null);
  assert.deepEqual(draft, { kind: 'plain', key: '', header: 'X-Signature', name: '', equals: '' });
  assert.deepEqual([bodyBy(fields, {}, draft), problemsBy(fields, {}, draft)], [{}, {}]);
  const signed = { ...draft, kind: 'signed' as const, name: 'code', equals: '7' };
  assert.deepEqual(Object.keys(problemsBy(fields, {}, signed)), ['key']);
  const body = { key: 'k', header: 'X', name: 'code', equals: 7 };
  assert.deepEqual(bodyBy(fields, {}, { ...signed, ...draftBy(fields, {}, body), kind: 'signed' }), body);
});

test('a field of a row has the facts of all rows', () => {
  const status = within('auth.refreshOn.12', { status: number('status') });
  assert.deepEqual(problemsBy(status, connectionFacts, { status: '99' }), {
    'auth.refreshOn.12.status': 'Enter a whole number from 200 to 599.',
  });
});

test('no secret that was typed is kept, and marks of stored ones are', () => {
  const fields = { token: secret('token') };
  assert.deepEqual(keptBy(fields, { token: 'typed', name: 'CRM' }), { token: null, name: 'CRM' });
  assert.deepEqual(keptBy(fields, { token: { set: true }, name: 'CRM' }), { token: { set: true }, name: 'CRM' });
});

test('sizes are typed with a unit and read back', () => {
  for (const [bytes, shown] of [
    [1_048_576, '1 MiB'],
    [2_048, '2 KiB'],
    [1_500, '1500 B'],
  ] as const) {
    assert.equal(sizeText(bytes), shown);
    assert.equal(sizeOf(shown), bytes);
  }
  assert.deepEqual(['1mb', '1.5 MiB', '1024', 'many', '-1 KiB'].map(sizeOf), [1_048_576, 1_572_864, 1_024, null, null]);
});
