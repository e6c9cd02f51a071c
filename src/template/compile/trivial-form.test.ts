import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { renderInVm } from '../testing/render-in-vm.testing.ts';
import { trivialForm } from './trivial-form.ts';

const FIRST = [
  '{{! return JSON.stringify(it.data[0]); }}',
  '{{!return JSON.stringify(it.data[0])}}',
  '{{!\n  return   JSON . stringify( it . data [ 0 ] ) ;\n}}\n',
  '{{* JSON.stringify(it.data[0]) }}',
  '{{ JSON.stringify(it.data[0]) | safe }}',
  '{{* it.data[0] | json }}',
];
const WHOLE = ['{{! return JSON.stringify(it.data); }}', '{{*JSON.stringify(it.data)}}', '{{ it.data | json | safe }}'];

test('the simplest templates are recognised in any spelling', () => {
  for (const template of FIRST)
    assert.deepEqual(trivialForm(template), { kind: 'stringify', path: ['data', 0] }, template);
  for (const template of WHOLE)
    assert.deepEqual(trivialForm(template), { kind: 'stringify', path: ['data'] }, template);
});

test('everything else is not', () => {
  for (const template of [
    '',
    'text',
    ' {{! return JSON.stringify(it.data[0]); }}',
    '{{! return JSON.stringify(it.data[0]); }} ',
    '{{! return JSON.stringify(it.data[1]); }}',
    '{{! return JSON.stringify(it.data[0], null, 2); }}',
    '{{! return JSON.stringify(it["data"][0]); }}',
    '{{! return JSON?.stringify(it.data[0]); }}',
    '{{! return JSON.stringify(it.data?.[0]); }}',
    '{{! return JSON.stringify(it.events[0]); }}',
    '{{! return JSON.stringify(data[0]); }}',
    '{{! return it.data[0]; }}',
    '{{! JSON.stringify(it.data[0]); }}',
    '{{! const JSON = 1; return JSON.stringify(it.data[0]); }}',
    '{{ JSON.stringify(it.data[0]) }}',
    '{{ it.data[0] | json }}',
    '{{* it.data[0] | json | upper }}',
    '{{! return JSON.stringify(it.data[0]) + ""; }}',
    '{{! return JSON.parse(it.data[0]); }}',
    '{{! return JSON.stringify(it.data[0]); ',
  ]) {
    assert.equal(trivialForm(template), null, template);
  }
});

test('rendering natively gives the same bytes as the program', () => {
  const realm = vm.createContext({});
  const records = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 3 });
  fc.assert(
    fc.property(records, (data) => {
      // Copied through JSON, as in the host.
      const input = JSON.parse(JSON.stringify(data));
      for (const template of [...FIRST.slice(0, 1), ...FIRST.slice(-1), ...WHOLE]) {
        const form = trivialForm(template);
        const body: string | undefined = JSON.stringify(form?.path.length === 2 ? input[0] : input);
        const output = renderInVm(template, { data: input }, {}, realm);
        if (body === undefined) assert.deepEqual(output, { kind: 'skipped', reason: 'template returned nothing' });
        else assert.equal(output.kind === 'body' && output.body, body);
      }
    }),
    { numRuns: 40 },
  );
});
