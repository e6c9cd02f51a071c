import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../contract/records/event.ts';
import { dueDelivery } from '../../journal/conformance/journal-samples.testing.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import { MemoryBudget, waitingIn } from './memory-budget.ts';

const now = 1_700_000_000_000;

function open(queues = 1) {
  const memory = new MemoryBudget();
  memory.join({ size: queues });
  const queue = new DestinationQueue('dst_1', new ConnectionQueue('con_1'));
  const add = (count: number, of: Partial<DueDelivery> = {}) => {
    for (let n = 0; n < count; n++) memory.add(queue, dueDelivery({ id: `dlv_${memory.waiting}`, ...of }));
  };
  return { memory, queue, add };
}

const batches = (queue: DestinationQueue, batchRecords: number) =>
  Object.assign(queue, { plan: { batchRecords } as DestinationQueue['plan'] });

const eventOf = (id: string, value: string): Event => ({
  id,
  name: null,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '',
  receivedAt: '',
  data: { value },
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' },
});

/** Two of them fill the memory. */
const heavy = { event: eventOf('', 'x'.repeat(70 * 1024 * 1024)) };
const idsOf = ({ waiting }: DestinationQueue) => waiting.map((one) => one.delivery.id);

test('all queues share 20,000 places, of which each has 16 to 2,000', () => {
  const shares = [1, 10, 100, 1_250, 5_000].map((queues) => open(queues).memory.share);
  assert.deepEqual(shares, [2_000, 2_000, 200, 16, 16]);
});

test('a queue has room for twice as many deliveries as it has requests in flight, so that it stays busy', () => {
  const { memory, queue } = open(1_250);
  Object.assign(queue, { requests: 500 });
  assert.equal(memory.roomOf(queue), 1_000);
  Object.assign(queue, { requests: 1_500 });
  assert.equal(memory.roomOf(queue), 2_000);
});

test('a queue whose receiver usually takes long keeps its room for twice that time', () => {
  const { memory, queue } = open();
  for (let n = 0; n < 8; n++) queue.concurrency.responded(now - 3_000, now, 8, 1_000);
  Object.assign(queue, { silentSince: now });
  memory.narrow(queue, now + 5_999);
  assert.equal(memory.roomOf(queue), 2_000);
  memory.narrow(queue, now + 6_000);
  assert.equal(memory.roomOf(queue), 16);
});

/** A queue with this many deliveries to an origin. */
function openTo(origin: string, count: number) {
  const opened = open();
  Object.assign(opened.queue, { plan: { batchRecords: 1, order: null, origin } as DestinationQueue['plan'] }); // as: what the memory looks at
  opened.add(count, { event: null });
  return opened;
}

test('a request in flight counts with the memory of its exchange, a batch once', () => {
  for (const [origin, bytes] of [
    ['https://crm.example', 64 * 1024],
    ['http://crm.example', 14 * 1024],
  ] as const) {
    const { memory, queue } = openTo(origin, 3);
    const [one, ...others] = queue.waiting;
    assert.ok(one);
    memory.take(one);
    assert.equal(memory.exchangeBytes, bytes);
    memory.takeBatch(queue, others);
    assert.equal(memory.exchangeBytes, 2 * bytes);
    memory.requeue(queue, others, true);
    assert.equal(memory.exchangeBytes, bytes);
    memory.takeBatch(queue, others);
    for (const taken of [one, ...others]) memory.release(taken);
    assert.deepEqual([memory.exchangeBytes, memory.bytes], [0, 0]);
  }
});

test('4,000 exchanges over TLS fit in memory beside the queues, and beyond 256 MiB of them memory is heavy', () => {
  const { memory, queue } = openTo('https://crm.example', 4_097);
  const taken = queue.waiting.slice();
  for (const one of taken.slice(0, 4_096)) memory.take(one);
  assert.equal(memory.isHeavy, false);
  const [last] = queue.waiting;
  assert.ok(last);
  memory.take(last);
  assert.equal(memory.isHeavy, true);
  memory.release(last);
  assert.equal(memory.isHeavy, false);
});

test('a queue has room for its share, and while memory is full for none', () => {
  const { memory, queue, add } = open(1_250);
  add(15);
  assert.equal(memory.hasRoom(queue), true);
  memory.addDelayed(queue, dueDelivery({ id: 'later' }), () => () => {});
  assert.equal(memory.hasRoom(queue), false, 'those that are delayed use room as well');
  const full = open();
  full.add(1, heavy);
  assert.deepEqual(
    [full.memory.isHeavy, full.memory.hasRoom(full.queue), full.memory.fillOf(full.queue)],
    [false, true, 'all'],
  );
  full.add(1, heavy);
  assert.deepEqual(
    [full.memory.isHeavy, full.memory.hasRoom(full.queue), full.memory.fillOf(full.queue)],
    [true, false, 'full'],
  );
  const [first] = full.queue.waiting;
  assert.ok(first);
  full.memory.take(first);
  assert.deepEqual([full.memory.waiting, full.memory.isHeavy], [1, true], 'in flight it keeps its memory');
  full.memory.release(first);
  assert.equal(full.memory.isHeavy, false);
});

test('a queue is read again when a quarter of its room is used, with batches when there is any room', () => {
  const { memory, queue, add } = open(1_250);
  queue.stored.more();
  add(4);
  assert.equal(memory.isRefillDue(queue), true);
  add(1);
  assert.equal(memory.isRefillDue(queue), false);
  batches(queue, 10);
  assert.equal(memory.roomOf(queue), 20, 'two batches always fit');
  add(14);
  assert.deepEqual([memory.isRefillDue(queue), memory.fillOf(queue)], [true, 'more']);
  add(1);
  assert.deepEqual([memory.isRefillDue(queue), memory.fillOf(queue)], [false, 'full']);
  const other = open();
  other.queue.stored.more();
  other.queue.stored.requestReading();
  assert.equal(other.memory.isRefillDue(other.queue), false, 'it is being read');
  other.queue.stored.beginReading();
  assert.equal(other.memory.fillOf(other.queue), 'more', 'what is being read may complete a batch');
  other.queue.stored.endReading();
  assert.equal(other.memory.isRefillDue(other.queue), false, 'the journal has no more');
});

test('while memory is full, only an empty queue is read: each destination continues with one delivery', () => {
  const { memory, queue, add } = open();
  const empty = new DestinationQueue('dst_2', queue.connection);
  for (const one of [queue, empty]) one.stored.more();
  add(1, heavy);
  assert.equal(memory.isRefillDue(queue), true);
  add(1, heavy);
  assert.deepEqual([memory.isRefillDue(queue), memory.isRefillDue(empty)], [false, true]);
});

test('a destination without a good response for a second has the least room, and each response gives it 4 places', () => {
  const { memory, queue } = open();
  memory.narrow(queue, now);
  assert.equal(memory.roomOf(queue), 2_000, 'nothing was sent');
  Object.assign(queue, { silentSince: now });
  memory.narrow(queue, now + 999);
  assert.equal(memory.roomOf(queue), 2_000);
  memory.narrow(queue, now + 1_000);
  assert.equal(memory.roomOf(queue), 16);
  queue.widen();
  memory.narrow(queue, now + 5_000);
  assert.equal(memory.roomOf(queue), 20);
});

test('a delivery leaves the middle of its queue, and one that is not in it is an error', () => {
  const { memory, queue, add } = open();
  add(3);
  add(1, { deaths: 2 });
  const [, middle] = queue.waiting;
  const [suspect] = queue.suspects;
  assert.ok(middle && suspect);
  memory.take(middle);
  assert.deepEqual([idsOf(queue), memory.waiting], [['dlv_0', 'dlv_2'], 3]);
  assert.throws(() => memory.take(middle));
  memory.take(suspect);
  assert.deepEqual([queue.suspects.length, idsOf(queue).length, memory.waiting], [0, 2, 2]);
  memory.requeue(queue, [middle], true);
  assert.deepEqual([idsOf(queue), memory.waiting], [['dlv_1', 'dlv_0', 'dlv_2'], 3]);
});

test('parts of refused batches are told apart, until they are sent', () => {
  const { memory, queue, add } = open();
  add(3);
  const [a, b, c] = queue.waiting;
  assert.ok(a && b && c);
  memory.takeBatch(queue, [a, b, c]);
  memory.requeue(queue, [c], false);
  memory.requeue(queue, [b], true);
  memory.requeue(queue, [a], true);
  assert.deepEqual([a.part, b.part, c.part], [2, 1, 0]);
  assert.deepEqual([idsOf(queue), memory.waiting], [['dlv_0', 'dlv_1', 'dlv_2'], 3]);
  memory.takeBatch(queue, [a]);
  assert.deepEqual([a.part, b.part, memory.waiting], [0, 1, 2]);
});

test('with a batch, other deliveries of its ordering keys leave memory and are read again when it is recorded', () => {
  const { memory, queue } = open();
  for (const [id, orderKey] of [
    ['a1', 1],
    ['b1', 2],
    ['a2', 1],
    ['plain', undefined],
  ] as const)
    memory.add(
      queue,
      dueDelivery({ id, ...(orderKey && { orderKey }), event: eventOf(id, 'x'.repeat(60 * 1024 * 1024)) }),
    );
  const [first] = queue.waiting;
  assert.ok(first);
  assert.equal(memory.isHeavy, true);
  memory.takeBatch(queue, [first]);
  assert.deepEqual([idsOf(queue), queue.stored.hasMore, memory.waiting], [['b1', 'plain'], true, 2]);
  assert.equal(queue.orderKeys.get(1), first);
  memory.release(first);
  assert.deepEqual([[...queue.orderKeys.keys()], memory.isHeavy], [[2], false]);
});

test('with a delivery that is sent alone, the others of its ordering key leave memory too, unless the order was removed', () => {
  const { memory, queue } = open();
  for (const [id, orderKey] of [
    ['a1', 1],
    ['b1', 2],
    ['a2', 1],
    ['a3', 1],
  ] as const)
    memory.add(queue, dueDelivery({ id, orderKey }));
  const [first, second] = queue.waiting;
  assert.ok(first && second);
  memory.take(first);
  assert.deepEqual([idsOf(queue), queue.stored.hasMore, memory.waiting], [['b1'], true, 1]);
  queue.stored.beginReading();
  memory.take(second);
  assert.deepEqual([queue.stored.hasMore, queue.orderKeys.get(1), queue.orderKeys.get(2)], [false, first, second]);
  const unordered = open();
  Object.assign(unordered.queue, { plan: { batchRecords: 1, order: null, origin: '' } });
  unordered.add(2, { orderKey: 1 });
  const [one] = unordered.queue.waiting;
  assert.ok(one);
  unordered.memory.take(one);
  assert.equal(unordered.memory.waiting, 1);
});

test('held deliveries leave memory with their timers, and a reading of the journal that has begun is not used', () => {
  const { memory, queue, add } = open();
  add(1, heavy);
  add(1, { ...heavy, deaths: 2 });
  const cancelled: string[] = [];
  let wake = () => {};
  memory.addDelayed(queue, dueDelivery({ id: 'later' }), (call) => {
    wake = call;
    return () => cancelled.push('later');
  });
  assert.deepEqual(
    waitingIn(queue).map(({ id }) => id),
    ['dlv_0', 'dlv_1', 'later'],
  );
  queue.stored.beginReading();
  queue.stored.continueAt({ dueAt: now, id: 'dlv_1' });
  memory.spill(queue);
  wake();
  assert.deepEqual([waitingIn(queue), memory.waiting, memory.isHeavy, cancelled], [[], 0, false, ['later']]);
  assert.deepEqual(
    [queue.stored.hasMore, queue.stored.cursor, queue.stored.reading?.isStale, queue.spills],
    [true, null, true, 1],
  );
});

test('a delayed delivery waits with the others from its time on', () => {
  const { memory, queue } = open();
  let wake = () => {};
  memory.addDelayed(queue, dueDelivery({ id: 'later' }), (call) => {
    wake = call;
    return () => {};
  });
  const [one] = queue.delayed;
  assert.deepEqual([idsOf(queue), memory.waiting, one?.cancelDelay === null], [[], 1, false]);
  wake();
  assert.deepEqual([idsOf(queue), queue.delayed.size, memory.waiting, one?.cancelDelay], [['later'], 0, 1, null]);
});

test('an event is in memory once and counts once, however many deliveries it has', () => {
  const { memory, queue } = open();
  const text = 'x'.repeat(100 * 1024 * 1024);
  const deliver = (id: string) => dueDelivery({ id, eventId: 'evt_1', event: eventOf('evt_1', text) });
  for (const id of ['a', 'b', 'c']) memory.add(queue, deliver(id));
  const [a, b, c] = queue.waiting;
  assert.ok(a && b && c);
  assert.deepEqual([memory.isHeavy, memory.waiting], [false, 3]);
  assert.equal(b.delivery.event, a.delivery.event);
  assert.equal(memory.eventOf('evt_1'), a.delivery.event);
  memory.take(a);
  assert.equal(memory.isHeavy, true, 'its request has a text of its own');
  memory.release(a);
  memory.take(b);
  memory.release(b);
  assert.equal(memory.eventOf('evt_1'), a.delivery.event);
  memory.spill(queue);
  assert.equal(memory.eventOf('evt_1'), undefined);
  memory.add(queue, dueDelivery({ id: 'd', event: eventOf('', 'x'.repeat(120 * 1024 * 1024)) }));
  assert.equal(memory.isHeavy, false, 'nothing of it counts any more');
});

test('beyond the bound, only what can be sent at once is read, and large requests wait until others have ended', () => {
  const { memory, queue, add } = open();
  const other = new DestinationQueue('dst_2', queue.connection);
  const megabytes = (id: string, count: number) =>
    dueDelivery({ id, eventId: id, event: eventOf(id, 'x'.repeat(count * 1024 * 1024)) });
  const large = megabytes('large', 1);
  const small = dueDelivery({ id: 'small' });
  add(1, { event: eventOf('', 'x'.repeat(130 * 1024 * 1024)) });
  assert.deepEqual([memory.isHeavy, memory.admits(other, large)], [true, true]);
  assert.equal(memory.admits(queue, small), false, 'the queue is not empty');
  memory.add(other, megabytes('sent', 10));
  const [sent] = other.waiting;
  assert.ok(sent);
  assert.equal(memory.mustWait([sent]), false);
  memory.take(sent);
  assert.deepEqual([memory.admits(other, small), memory.admits(other, large)], [true, false]);
  assert.equal(memory.mustWaitToRead(other), true, 'its next delivery is large');
  memory.add(other, megabytes('next', 40));
  memory.add(other, small);
  const [next, last] = other.waiting;
  assert.ok(next && last);
  assert.deepEqual([memory.mustWait([next]), memory.mustWait([last])], [true, false]);
  memory.release(sent);
  assert.deepEqual([memory.mustWait([next]), memory.isFull], [false, false], 'nothing is in flight');
});

test('a delivery that waits again counts without its request', () => {
  const { memory, queue } = open();
  const text = 'x'.repeat(50 * 1024 * 1024);
  memory.add(queue, dueDelivery({ id: 'a', eventId: 'evt_1', event: eventOf('evt_1', text) }));
  const [one] = queue.waiting;
  assert.ok(one);
  memory.takeBatch(queue, [one]);
  assert.equal(memory.isHeavy, true);
  memory.requeue(queue, [one], true);
  assert.equal(memory.isHeavy, false);
  memory.release(one);
});

test('a destination is active from its first waiting delivery until its last request has ended', () => {
  const { memory, queue, add } = open();
  const { connection } = queue;
  const idle = new DestinationQueue('dst_2', connection);
  connection.queues.add(queue).add(idle);
  const active = () => {
    const counted = [...connection.queues].filter((one) => one.requests > 0 || one.waiting.length > 0).length;
    assert.equal(connection.active, counted);
    return counted;
  };
  assert.equal(active(), 0);
  add(2);
  assert.equal(active(), 1);
  const [first, second] = queue.waiting;
  assert.ok(first && second);
  memory.take(first);
  memory.takeBatch(queue, [second]);
  assert.equal(active(), 0);
  queue.begin(now);
  memory.requeue(queue, [first, second], true);
  queue.end();
  assert.equal(active(), 1);
  memory.spill(queue);
  assert.equal(active(), 0);
  let wake = () => {};
  memory.addDelayed(queue, dueDelivery({ id: 'later' }), (call) => {
    wake = call;
    return () => {};
  });
  assert.equal(active(), 0);
  wake();
  assert.equal(active(), 1);
  const replayed = new DestinationQueue('dst_2', connection, { id: 'rpl_1', live: idle });
  memory.add(replayed, dueDelivery({ id: 'replayed' }));
  assert.equal(active(), 1, 'a replay uses the share of its destination');
});
