import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../../test/support/rig.ts';
import { AppError } from '../../contract/errors.ts';
import { Secret } from '../../contract/secret.ts';

test("a test that can't be attempted fails with internal_error", async () => {
  await using rig = await startRig();
  // The sandbox of this rig rejects everything.
  const { destinationId } = await wire(rig, { destination: { template: '{{ it.data[0].n }}' } });
  const sent = await rig.pipeline.preview.testSend(destinationId, { data: [{ n: '1' }] }, null);
  assert.deepEqual([sent.status, sent.reason, sent.attemptLog?.length], ['failed', 'internal_error', 1]);
  assert.deepEqual(await rig.statuses(), ['failed']);
});

test('the reason of a failed test is that of its response, however short the retry schedule', async () => {
  for (const scheduleMs of [[0], [0, 1_000]]) {
    await using rig = await startRig({ handler: () => ({ status: 503 }) });
    const settings = { retry: { scheduleMs, jitter: 0 } };
    const { destinationId } = await wire(rig, { connection: { settings } });
    const { status, reason } = await rig.pipeline.preview.testSend(destinationId, { data: [{}] }, null);
    assert.deepEqual([status, reason], ['failed', 'http_5xx']);
  }
});

test("a secret of a draft in a test is redacted in the system's response", async () => {
  await using rig = await startRig({
    handler: ({ headers }) => ({ status: 200, body: JSON.stringify(headers) }),
  });
  const { destinationId } = await wire(rig);
  const stored = rig.pipeline.configuration.snapshot.documents.destination.get(destinationId)?.body ?? assert.fail();
  const header = { name: 'X-Key', value: new Secret('of-the-draft-alone', ''), secret: true as const };
  const draft = { ...stored, settings: { ...stored.settings, headers: [header] } };
  const tested = await rig.pipeline.preview.testSend(destinationId, { data: [{}] }, draft);
  assert.deepEqual(rig.egress.requests.at(-1)?.headers.find(([name]) => name === 'X-Key')?.[1], 'of-the-draft-alone');
  assert.match(tested.attemptLog?.[0]?.response?.body ?? '', /"X-Key","\[secret\]"/);
});

test('a preview of several events has a record of each, as in a batch', async () => {
  await using rig = await startRig();
  const { destinationId, actionId } = await wire(rig, {
    destination: { template: '{{! return JSON.stringify(it.data); }}', settings: { batch: { records: 10 } } },
  });
  const [first = '', ...others] = await rig.send({ data: { n: '1' } }, { data: { n: '2' } }, { data: { n: '3' } });
  const input = { eventId: first, batchEventIds: others, actionId };
  const { request, warnings } = await rig.pipeline.preview.preview(destinationId, input, null);
  assert.deepEqual(JSON.parse(request?.body ?? ''), [{ n: '1' }, { n: '2' }, { n: '3' }]);
  assert.deepEqual(warnings, []);
  const preview = (batchEventIds: string[], more: object = { eventId: first }) =>
    rig.pipeline.preview.preview(destinationId, { ...more, batchEventIds }, null);
  await assert.rejects(preview(['evt_unknown']), /There is no event evt_unknown/);
  await assert.rejects(preview(others, { data: [{}] }), { code: 'invalid_value' });
});

test('a test whose record is removed at once says that it was sent, and is no internal error', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig);
  Object.assign(rig.journal.log, { delivery: async () => null });
  await assert.rejects(rig.pipeline.preview.testSend(destinationId, { data: [{}] }, null), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'not_found');
    assert.match(error.message, /^The test was sent as dlv_/);
    return true;
  });
  assert.equal(rig.egress.requests.length, 1);
});
