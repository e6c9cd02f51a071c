import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import type { Delivery, DeliveryStatus } from '../../src/contract/records/delivery.ts';
import { startTestApp, type Wired, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const receiver = await startReceiver();
const app = await startTestApp();
after(async () => {
  await app[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ n: String(n) }));
const valuesIn = ({ body }: { body: string }): string[] => JSON.parse(body).map(({ n }: { n: string }) => n);
const get = (id: string) => app.client.call('getDelivery', { params: { id } });

async function list(wired: Wired, status?: DeliveryStatus): Promise<Delivery[]> {
  const query = { destinationId: wired.destination.id, limit: 200, ...(status !== undefined && { status }) };
  return (await app.client.call('listDeliveries', { query })).data;
}

/** Sends events at once and waits until the outcome of each is final. */
async function finish(wired: Wired, events: Record<string, unknown>[]): Promise<void> {
  await wired.send(...events);
  await eventually('all to be finished', async () => {
    const statuses = await statusesOf(wired.destination.id);
    return statuses.length === events.length && !statuses.some((one) => underWay.includes(one));
  });
}

const underWay: readonly DeliveryStatus[] = ['pending', 'sending', 'retrying'];

async function statusesOf(destinationId: string): Promise<DeliveryStatus[]> {
  const statuses: DeliveryStatus[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { destinationId, limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const { data, page } = await app.client.call('listDeliveries', { query });
    statuses.push(...data.map(({ status }) => status));
    cursor = page.next;
  }
  return statuses;
}

test('of a batch of 500 with 3 poison records 497 are delivered and 3 fail with their own reasons, in at most 60 requests', async () => {
  const poison = new Set(['17', '18', '404']);
  receiver.answer('/five-hundred', (request) => {
    const bad = valuesIn(request).filter((n) => poison.has(n));
    return bad.length === 0 ? {} : { status: 422, body: `can't take ${bad.join()}` };
  });
  const wired = await wire(app, receiver, {
    destination: {
      path: '/five-hundred',
      template: '{{! return JSON.stringify(it.data.map((one) => ({ n: one.n }))); }}',
      settings: { batch: { records: 500, waitMs: 60_000 } },
    },
  });
  await finish(wired, numbered(500));
  const requests = receiver.at('/five-hundred');
  assert.ok(requests.length <= 60, `${requests.length} requests`);
  assert.equal(valuesIn(requests[0] ?? assert.fail()).length, 500);
  const good = requests.filter((request) => !valuesIn(request).some((n) => poison.has(n))).flatMap(valuesIn);
  assert.equal(good.length, 497);
  assert.equal(new Set(good).size, 497);

  const failed = await Promise.all((await list(wired, 'failed')).map(({ id }) => get(id)));
  const told = failed.map(({ reason, attempts, attemptLog }) => [
    reason,
    attempts,
    attemptLog?.at(-1)?.response?.body,
    attemptLog?.at(-1)?.batchId,
  ]);
  assert.deepEqual(
    told.toReversed(),
    ['17', '18', '404'].map((n) => ['http_4xx', 1, `can't take ${n}`, null]),
  );
  const first = failed[0]?.attemptLog?.[0] ?? assert.fail();
  assert.deepEqual([first.outcome, first.counted, first.records], ['split', false, 500]);
  let count = 0;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { batchId: first.batchId ?? '', limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await app.client.call('listDeliveries', { query });
    count += page.data.length;
    cursor = page.page.next;
  }
  assert.equal(count, 500);
});

test('a record that the template fails, or that makes it fail, holds up no other', async () => {
  const wired = await wire(app, receiver, {
    destination: {
      path: '/thrown',
      template: `{{! for (const { n } of it.data) {
        if (n === '3') throw new Error('three');
        if (n === '11') fail('eleven is not wanted');
      }
      return JSON.stringify(it.data.map(({ n }) => ({ n }))); }}`,
      settings: { batch: { records: 20, waitMs: 60_000 } },
    },
  });
  await finish(wired, numbered(20));
  assert.deepEqual(
    receiver.at('/thrown').map((request) => valuesIn(request).length),
    [18],
  );
  const failed = await list(wired, 'failed');
  assert.deepEqual(
    failed.map(({ reason, attempts }) => [reason, attempts]),
    Array(2).fill(['template_error', 0]),
  );
  assert.match(failed[1]?.detail ?? '', /three/);
  assert.match(failed[0]?.detail ?? '', /eleven is not wanted/);
});

test('a template that skips skips all of its batch', async () => {
  const wired = await wire(app, receiver, {
    destination: {
      path: '/skipped',
      template: "{{! if (it.data.length < 9) skip('too few'); return 'x'; }}",
      settings: { batch: { records: 3, waitMs: 60_000 } },
    },
  });
  await finish(wired, numbered(3));
  assert.deepEqual(
    (await list(wired)).map(({ status, detail }) => [status, detail]),
    Array(3).fill(['skipped', 'too few']),
  );
  assert.equal(receiver.at('/skipped').length, 0);
});

test('the signature covers the body of the batch, and is over the key that every attempt of it has', async () => {
  receiver.answer('/signed', { status: 500 }, {});
  const secret = Buffer.from('a secret of twenty-four.').toString('base64');
  const wired = await wire(app, receiver, {
    connection: {
      settings: {
        retry: { scheduleMs: [0, 0], jitter: 0 },
        signing: { scheme: 'standard-webhooks', secret: `whsec_${secret}` },
      },
    },
    destination: {
      path: '/signed',
      template: '{{! return JSON.stringify(it.data.map(({ n }) => ({ n }))) + it.meta.idempotencyKey; }}',
      settings: { batch: { records: 4, waitMs: 60_000 } },
    },
  });
  await finish(wired, numbered(4));
  const requests = receiver.at('/signed');
  assert.equal(requests.length, 2);
  const keys = requests.map(({ headers, body }) => {
    const id = String(headers['webhook-id']);
    const content = `${id}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest('base64');
    assert.equal(headers['webhook-signature'], `v1,${expected}`);
    assert.equal(headers['idempotency-key'], id);
    assert.ok(body.endsWith(id));
    return id;
  });
  assert.equal(new Set(keys).size, 1);
  assert.equal(requests[0]?.body, requests[1]?.body);
});
