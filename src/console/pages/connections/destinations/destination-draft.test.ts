import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destination } from '../../../../contract/documents/destination.ts';
import { bodyOf, draftOf, emptyDraft, problemsOf } from './destination-draft.ts';

const updatedAt = '2026-01-02T03:04:05Z';
const stored = destination.parse({
  id: 'dst_1',
  version: 3,
  createdAt: updatedAt,
  updatedAt,
  updatedBy: 'me',
  connectionId: 'con_1',
  health: {
    state: 'ok',
    reason: null,
    detail: null,
    since: null,
    nextProbeAt: null,
    held: 0,
    requests: { inFlight: 0, limit: null, responseMs: null, limitedBy: null },
  },
  name: 'Orders',
  path: '/orders',
  settings: {
    escape: 'none',
    headers: [
      { name: 'X-Plain', value: '{{it.meta.deliveryId}}' },
      { name: 'X-Key', secret: true, value: { set: true, updatedAt } },
    ],
    batch: { records: 50, bytes: 2_048, waitMs: 1_500, key: 'visitorId' },
    order: { key: 'visitorId', releaseAfter: 3 },
    rate: { limit: 10, perMs: 60_000, concurrency: null },
    retry: { scheduleMs: [0, 5_000, 90_000], jitter: 0 },
    outcomes: [
      { when: { status: '5xx', json: { path: 'error.code', equals: 7 } }, outcome: 'retry', afterMs: 60_000 },
      { when: { status: 409, header: { name: 'X-Kind', contains: 'dup' } }, outcome: 'success' },
      { when: {}, outcome: 'retry', items: { path: 'errors', index: 'at', when: { path: 'code', status: '5xx' } } },
      {
        when: {},
        outcome: 'fail',
        items: { path: '', id: { path: 'mail', field: 'email' }, when: { path: 'ok', equals: false } },
      },
      { when: {}, outcome: 'fail', items: { path: 'errors', when: { path: 'ok', exists: false } } },
      { when: {}, outcome: 'warning', items: { path: '', index: '' } },
    ],
    onTimeout: 'hold',
    getBody: true,
  },
});

test('saving a form in which nothing was changed changes nothing, whatever is set', () => {
  const { id, version, createdAt, updatedAt: _at, updatedBy, connectionId, health, ...body } = stored;
  assert.deepEqual(bodyOf(draftOf(stored)), body);
});

test('what is left empty stays as the connection says', () => {
  const { settings } = bodyOf({ ...emptyDraft, name: 'New' });
  assert.deepEqual([settings?.rate, settings?.retry, settings?.order], [null, null, null]);
});

test('a name that is missing and times that are none are told before anything is sent', () => {
  assert.deepEqual(problemsOf(emptyDraft), { name: 'Enter the Destination Name.' });
  const draft = {
    ...emptyDraft,
    name: 'x',
    batchWait: 'soon',
    ratePer: 'x',
    retrySchedule: '0 s, later',
    batchBytes: '1 GiB',
  };
  assert.deepEqual(Object.keys(problemsOf(draft)).sort(), [
    'settings.batch.bytes',
    'settings.batch.waitMs',
    'settings.rate.perMs',
    'settings.retry.scheduleMs',
  ]);
  assert.equal(problemsOf(draft)['settings.batch.bytes'], 'Enter a value from 1 KiB to 16 MiB.');
});
