import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { type Documents, exported, planOf } from './transfer.ts';

const mark = { set: true, updatedAt: '2026-01-01T00:00:00.000Z' };
const documents: Documents = {
  connections: [
    { id: 'con_1', name: 'CRM', baseUrl: 'https://crm.example', auth: { type: 'bearer', token: mark }, version: 3 },
  ],
  destinations: [{ id: 'dst_1', connectionId: 'con_1', name: 'Orders', template: 'a\nb', version: 1 }],
  behaviors: [
    { id: 'beh_1', name: 'Big order', condition: { all: [] }, standard: false },
    { id: 'beh_std_purchase', name: 'Purchase', standard: true },
  ],
  collectors: [{ id: 'col_1', name: 'Shop', key: 'k', formats: ['infinity'] }],
  actions: [
    {
      id: 'act_1',
      name: 'Buy',
      rules: { all: [{ behavior: 'beh_1' }, { behavior: 'beh_std_purchase' }] },
      destinations: [{ destinationId: 'dst_1', mapping: [] }],
    },
  ],
  alerts: [
    {
      id: 'alr_1',
      type: 'slack',
      name: 'Ops',
      settings: { hookUrl: mark },
      rules: { connectionIds: ['con_1'], actionIds: ['act_1'] },
    },
  ],
};
const empty: Documents = { connections: [], destinations: [], behaviors: [], collectors: [], actions: [], alerts: [] };
const read = (text: string) => parseAllDocuments(text).map((one) => one.toJS() as unknown);

test('an exported file holds names instead of ids, and neither secrets nor keys', () => {
  const file = exported(documents);
  assert.doesNotMatch(file, /con_1|dst_1|beh_1|col_1|act_1|alr_1|2026/);
  const [parsed] = read(file) as [Record<string, Record<string, unknown>[]>];
  assert.deepEqual(parsed['destinations'], [{ connection: 'CRM', name: 'Orders', template: 'a\nb' }]);
  assert.deepEqual(parsed['behaviors'], [{ name: 'Big order', condition: { all: [] } }]);
  assert.deepEqual(parsed['actions']?.[0]?.['destinations'], [{ destination: 'CRM/Orders', mapping: [] }]);
  assert.deepEqual(parsed['actions']?.[0]?.['rules'], { all: [{ behavior: 'Big order' }, { behavior: 'Purchase' }] });
  assert.deepEqual(parsed['alerts']?.[0]?.['rules'], { connectionIds: ['CRM'], actionIds: ['Buy'] });
});

test('a file imported where it came from changes nothing; elsewhere all of it is new, what is used first', () => {
  const file = read(exported(documents));
  assert.deepEqual(new Set(planOf(file, documents).map(({ change }) => change)), new Set(['same']));
  const plan = planOf(file, empty);
  assert.deepEqual(
    plan.map(({ kind, name, change }) => [kind, name, change]),
    [
      ['connections', 'CRM', 'created'],
      ['destinations', 'CRM/Orders', 'created'],
      ['behaviors', 'Big order', 'created'],
      ['collectors', 'Shop', 'created'],
      ['actions', 'Buy', 'created'],
      ['alerts', 'Ops', 'created'],
    ],
  );
  assert.deepEqual([plan[0]?.needsSecrets, plan.at(-1)?.needsSecrets], [true, true]);
});

test('a changed connection is planned without its secret, which the server keeps', () => {
  const [planned] = planOf(read(exported(documents).replace('crm.example', 'new.example')), documents);
  assert.deepEqual([planned?.change, planned?.fields], ['changed', ['baseUrl']]);
  assert.deepEqual(planned?.body['auth'], { type: 'bearer', token: null });
});

test('what is no such file is said in words', () => {
  assert.throws(() => planOf(read('people: []'), empty), /Unknown section/);
  assert.throws(() => planOf(read('actions: [{}]'), empty), /no name/);
  assert.throws(() => planOf(read('destinations: [{name: A}]'), empty), /doesn’t name its connection/);
});
