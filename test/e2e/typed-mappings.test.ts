import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { FieldMapping } from '../../src/contract/documents/action.ts';
import { startTestApp, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const { client } = app;

async function map({ action, destination }: Wired, mapping: FieldMapping[]): Promise<void> {
  await client.call('changeAction', {
    params: { id: action.id },
    body: { destinations: [{ destinationId: destination.id, mapping }] },
  });
}

const total: FieldMapping = { field: 'total', parameter: 'total', as: 'number' };

test('each mapped field arrives as the type that it is mapped as, and without a type as the event has it', async () => {
  const wired = await wire(app, receiver, { destination: { path: '/typed' } });
  await map(wired, [
    { field: 'asSent', parameter: 'total' },
    total,
    { field: 'isNew', parameter: 'new', as: 'boolean' },
    { field: 'colours', parameter: 'colours', as: 'list' },
    { field: 'cart', parameter: 'cart', as: 'json' },
    { field: 'missing', parameter: 'nothing', as: 'number' },
    { field: 'sum', expression: 'Number(it.total) + 1' },
    { field: 'fixed', value: '[1, 2]', as: 'json' },
  ]);
  await wired.deliver({ total: '120.90', new: 'yes', colours: 'red;blue', cart: '{"id": 7}' });
  const [{ body } = { body: '' }] = receiver.at('/typed');
  assert.deepEqual(JSON.parse(body), {
    asSent: '120.90',
    total: 120.9,
    isNew: true,
    colours: ['red', 'blue'],
    cart: { id: 7 },
    sum: 121.9,
    fixed: [1, 2],
  });
});

test('a value that does not fit its type fails its delivery alone, with the field and parameter, and a retry uses the corrected mapping', async () => {
  const wired = await wire(app, receiver, {
    destination: { path: '/misfit', settings: { batch: { records: 3, waitMs: 100 } } },
  });
  await map(wired, [total]);
  const ids = await wired.send({ total: '1' }, { total: '120,90' }, { total: '3' });
  const query = { destinationId: wired.destination.id };
  const finished = await eventually('all to be finished', async () => {
    const { data } = await client.call('listDeliveries', { query });
    return data.length === 3 && data.every(({ status }) => ['delivered', 'failed'].includes(status)) ? data : null;
  });
  const failed = finished.filter(({ status }) => status === 'failed');
  assert.deepEqual(
    failed.map(({ eventId, reason, detail }) => ({ eventId, reason, detail })),
    [{ eventId: ids[1], reason: 'template_error', detail: 'mapping field total: total is not a number' }],
  );
  const explained = await client.call('explainEvent', { params: { id: ids[1] ?? '' } });
  const own = explained.actions.find(({ actionId }) => actionId === wired.action.id);
  assert.deepEqual(own?.destinations[0]?.mapping, [
    {
      field: 'total',
      from: 'parameter',
      source: 'total',
      found: true,
      value: '120,90',
      isCut: false,
      problem: 'total is not a number',
    },
  ]);
  await map(wired, [{ field: 'total', parameter: 'total' }]);
  const id = failed[0]?.id ?? '';
  await client.call('retryDelivery', { params: { id }, body: { render: true } });
  await eventually('the retry to be delivered', async () => {
    const { status } = await client.call('getDelivery', { params: { id } });
    return status === 'delivered';
  });
});

test('a preview and a check say that a value does not fit before the action is saved', async () => {
  const wired = await wire(app, receiver);
  await wired.deliver({ total: 'a lot' });
  const destinationId = wired.destination.id;
  const draft = { destinations: [{ destinationId, mapping: [total] }] };
  const preview = await client.call('previewDestination', {
    params: { id: destinationId },
    body: { draft, actionId: wired.action.id, event: { data: { total: 'a lot' } } },
  });
  const reason = 'mapping field total: total is not a number';
  assert.deepEqual(preview.result, { kind: 'failed', reason });
  const check = await client.call('checkAction', { params: { id: wired.action.id }, body: { draft } });
  assert.deepEqual([check.counts.threw, check.threw[0]?.reason], [1, reason]);
});

test('a fixed value that does not fit its type is refused when the action is saved', async () => {
  const wired = await wire(app, receiver);
  await assert.rejects(map(wired, [{ field: 'n', value: 'many', as: 'number' }]), {
    code: 'invalid_value',
    errors: [
      {
        pointer: '/destinations/0/mapping/0/value',
        detail: 'The fixed value is not a number.',
        code: 'invalid_value',
      },
    ],
  });
});

test('a test sends with the mapping of a draft, of a stored action and of a new one', async () => {
  const wired = await wire(app, receiver, { destination: { path: '/tested' } });
  const destinationId = wired.destination.id;
  const draft = { destinations: [{ destinationId, mapping: [total] }] };
  for (const actionId of [wired.action.id, undefined]) {
    const body = { draft, event: { data: { total: '7.50' } }, ...(actionId === undefined ? {} : { actionId }) };
    const sent = await client.call('testDestination', { params: { id: destinationId }, body });
    assert.deepEqual([sent.status, sent.test, sent.actionId], ['delivered', true, actionId ?? null]);
    assert.equal(receiver.at('/tested').at(-1)?.body, '{"total":7.5}');
  }
});
