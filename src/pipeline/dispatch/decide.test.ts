import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionBody, connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import { dueDelivery } from '../../journal/conformance/journal-samples.testing.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { type DestinationPlan, destinationPlan } from '../snapshot/destination-plan.ts';
import { blockOf, type DispatchState, decide } from './decide.ts';
import { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import { MemoryBudget } from './memory-budget.ts';
import { RateSlot } from './rate-slot.ts';
import { createReplayRates } from './replay-rates.ts';
import { countSent, starvedAfterMs, starvedAfterRequests } from './replay-share.ts';

const now = 1_700_000_000_000;
const sendNow = (queue: DestinationQueue) => new RateSlot(queue, { now: () => now }, createReplayRates()).written();

const quiet: DispatchState = {
  requests: { max: 4_000, count: 0 },
  isBehind: false,
  isCrowded: false,
  isHeavy: false,
  isTrial: false,
  holds: { byDestination: new Map() },
  replayRates: { freeAt: () => 0, isKept: () => true },
  authenticator: { pauseOf: () => null },
  isRefillDue: () => false,
  mustWait: () => false,
  mustWaitToRead: () => false,
  fillOf: () => 'all',
  nextBatch: () => ({ kind: 'wait', until: null }),
};

function document<Body>(kind: 'connection' | 'destination', id: string, body: Body) {
  const at = new Date(now).toISOString();
  return { kind, id, version: 1, body, createdAt: at, updatedAt: at, updatedBy: 'test' };
}

const connectionGiven = connectionInput.parse({ name: 'CRM', baseUrl: 'https://crm.example' });
const { breaker, ...settings } = connectionGiven.settings;
const connectionBody: ConnectionBody = {
  ...connectionGiven,
  auth: { type: 'none' },
  settings: { ...settings, breaker, headers: [], proxy: null, signing: null, tls: { ...settings.tls, key: null } },
};
const destinationGiven = destinationInput.parse({ name: 'Orders' });
const destinationBody = {
  ...destinationGiven,
  connectionId: 'con_1',
  settings: { ...destinationGiven.settings, headers: [] },
};

const plan = destinationPlan(
  document('destination', 'dst_1', destinationBody),
  document('connection', 'con_1', connectionBody),
);

let queueCount = 0;
const memory = new MemoryBudget();
memory.join({
  get size() {
    return queueCount;
  },
});

const delivery = (id: string, deaths = 0) => dueDelivery({ id, deaths });

/** A connection with one ready queue for each list of deliveries. */
function connectionWith(lists: DueDelivery[][], of: Partial<DestinationPlan> = {}) {
  const connection = new ConnectionQueue('con_1');
  const queues = lists.map((deliveries, n) => {
    const queue = new DestinationQueue(`dst_${n + 1}`, connection);
    connection.add(queue, now);
    return ready(queue, deliveries, of);
  });
  return { connection, queues };
}

/** Responses that came as soon as ever let its concurrency limit grow far. */
function grow({ concurrency }: DestinationQueue) {
  for (let n = 0; n < 200; n++) concurrency.responded(now, now, 1_000, 1_000);
}

function ready(queue: DestinationQueue, deliveries: DueDelivery[], of: Partial<DestinationPlan> = {}) {
  Object.assign(queue, { plan: { ...plan, ...of } });
  queueCount += 1;
  for (const one of deliveries) memory.add(queue, one);
  queue.ready();
  return queue;
}

function addReplay(connection: ConnectionQueue, live: DestinationQueue, deliveries: DueDelivery[]) {
  const queue = new DestinationQueue(live.destinationId, connection, { id: 'rpl_1', live });
  connection.add(queue, now);
  ready(queue, deliveries);
  assert.ok(connection.replays);
  return connection.replays;
}

const sent = (connection: ConnectionQueue, state: DispatchState = quiet, at = now) => {
  const action = decide(connection, at, state);
  return action?.kind === 'send' ? action.delivery.delivery.id : (action?.kind ?? null);
};

test('the first delivery of the next queue is sent, and deciding changes nothing', () => {
  const { connection } = connectionWith([[delivery('a1'), delivery('a2')], [delivery('b1')]]);
  assert.equal(sent(connection), 'a1');
  assert.equal(sent(connection), 'a1');
  assert.equal(sent(new ConnectionQueue('con_2')), null);
});

test('while too many outcomes are unrecorded, nothing is sent', () => {
  const { connection } = connectionWith([[delivery('a1')]]);
  assert.equal(sent(connection, { ...quiet, isBehind: true }), 'wait_for_settlements');
});

test('a connection may use nine tenths of the requests that the others leave, so that one without any finds room', () => {
  const { connection: busy, queues } = connectionWith([[delivery('a1')]]);
  const { connection: idle } = connectionWith([[delivery('b1')]]);
  for (const queue of queues) grow(queue);
  const withCount = (count: number): DispatchState => ({ ...quiet, requests: { ...quiet.requests, count } });
  Object.assign(busy, { requests: 3_599 });
  assert.equal(sent(busy, withCount(3_599)), 'a1');
  Object.assign(busy, { requests: 3_600 });
  assert.deepEqual(decide(busy, now, withCount(3_600)), {
    kind: 'wait',
    block: { limit: 'concurrency', of: 'all', requests: 3_600, until: null },
  });
  Object.assign(busy, { requests: 1_000 });
  assert.equal(sent(busy, withCount(3_888)), 'a1', 'the others leave 1,112');
  assert.equal(sent(busy, withCount(3_889)), 'wait', 'the others leave 1,111');
  assert.equal(sent(idle, withCount(3_999)), 'b1');
  Object.assign(idle, { requests: 1 });
  assert.equal(sent(idle, withCount(3_899)), 'b1');
  assert.equal(sent(idle, withCount(3_900)), 'wait', 'the rest is for those without any');
  Object.assign(idle, { requests: 0 });
  assert.equal(sent(idle, withCount(4_000)), 'wait');
});

test('the rate limit of a connection delays all its destinations, that of a destination only this one', () => {
  const rate = { limit: 1, perMs: 1_000 };
  const all = connectionWith([[delivery('a1')], [delivery('b1')]], { connectionRate: rate });
  for (const queue of all.queues.slice(0, 1)) sendNow(queue);
  assert.deepEqual(decide(all.connection, now, quiet), {
    kind: 'wait',
    block: { limit: 'rate', of: 'connection', until: now + 1_000, isAsked: false },
  });
  assert.equal(sent(all.connection, quiet, now + 1_000), 'a1');
  const one = connectionWith([[delivery('a1')], [delivery('b1')]], { destinationRate: rate });
  const [first] = one.queues;
  if (first !== undefined) sendNow(first);
  assert.deepEqual(decide(one.connection, now, quiet), { kind: 'park', queue: first, until: now + 1_000 });
  assert.equal(sent(one.connection, quiet, now + 1_000), 'a1');
});

test('a deleted destination does not lift the limits of the connection for its other destinations', () => {
  const rate = { limit: 1, perMs: 1_000 };
  const { connection, queues } = connectionWith([[delivery('a1')], [delivery('b1')]], { connectionRate: rate });
  const [deleted, other] = queues;
  assert.ok(deleted && other);
  sendNow(other);
  Object.assign(deleted, { plan: null });
  assert.deepEqual(decide(connection, now, quiet), {
    kind: 'wait',
    block: { limit: 'rate', of: 'connection', until: now + 1_000, isAsked: false },
  });
  const limited = connectionWith([[delivery('a1')], [delivery('b1')]], { concurrency: 1 });
  const [gone] = limited.queues;
  assert.ok(gone);
  Object.assign(gone, { plan: null });
  Object.assign(limited.connection, { requests: 1 });
  assert.equal(sent(limited.connection), null);
});

test('held deliveries are dropped from memory until the probe is due, and one probe is sent at a time', () => {
  const { connection, queues } = connectionWith([[delivery('a1')]]);
  const held = (probeAt: number | null): DispatchState => ({
    ...quiet,
    holds: {
      byDestination: new Map([[queues[0]?.destinationId ?? '', { reason: 'breaker_open', detail: null, probeAt }]]),
    },
  });
  const [queue] = queues;
  const of = 'destination';
  assert.deepEqual(decide(connection, now, held(now + 1)), { kind: 'spill', queue, until: now + 1, of });
  assert.deepEqual(decide(connection, now, held(null)), { kind: 'spill', queue, until: null, of });
  const probe = decide(connection, now, held(now));
  assert.equal(probe?.kind === 'send' && probe.probe === queue?.probe, true);
  if (queue !== undefined) queue.probe.begin();
  assert.deepEqual(decide(connection, now, held(now)), { kind: 'spill', queue, until: null, of });
});

test('of the destinations of a held connection one has the probe, also while its delivery is read from the journal', () => {
  const { connection, queues } = connectionWith([[delivery('a1')], [delivery('b1')]]);
  const hold = { reason: 'breaker_open', detail: null, probeAt: now, scopeId: 'con_1' } as const;
  const closed = new Map(queues.map(({ destinationId }) => [destinationId, hold]));
  const [first, second] = queues;
  assert.ok(first && second);
  first.stored.requestReading();
  connection.probe.read(first);
  connection.ready.shift();
  assert.deepEqual(decide(connection, now, { ...quiet, holds: { byDestination: closed } }), {
    kind: 'spill',
    queue: second,
    until: null,
    of: 'connection',
  });
  first.stored.endReading();
  assert.equal(sent(connection, { ...quiet, holds: { byDestination: closed } }), 'b1');
});

test('a destination at its concurrency limit waits for its own response, and the next destination continues', () => {
  const { connection, queues } = connectionWith([[delivery('a1')], [delivery('b1')]]);
  const [first] = queues;
  if (first !== undefined) Object.assign(first, { requests: first.concurrency.limit(now) });
  assert.deepEqual(decide(connection, now, quiet), { kind: 'park', queue: first, until: null });
  connection.ready.shift();
  assert.equal(sent(connection), 'b1');
});

test('a destination may use nine tenths of what its neighbours leave of the requests of their connection', () => {
  const { connection, queues } = connectionWith([[delivery('a1')], [delivery('b1')]]);
  const [first] = queues;
  assert.ok(first);
  for (const queue of queues) grow(queue);
  const state: DispatchState = { ...quiet, requests: { max: 100, count: 88 } };
  Object.assign(connection, { requests: 88 });
  Object.assign(first, { requests: 80 });
  assert.equal(sent(connection, state), 'b1', 'its limit is 90, and the neighbours of the first leave 82');
  Object.assign(first, { requests: 70 });
  assert.equal(sent(connection, state), 'b1', 'they leave 72');
  Object.assign(first, { requests: 10 });
  assert.equal(sent(connection, state), 'a1', 'they leave 12');
});

test('a configured limit is used up by one destination, and shared equally by several', () => {
  const one = connectionWith([[delivery('a1')], []], { concurrency: 20 });
  for (const queue of one.queues) grow(queue);
  const [alone] = one.queues;
  assert.ok(alone);
  for (const requests of [0, 19]) {
    for (const each of [one.connection, alone]) Object.assign(each, { requests: requests });
    assert.equal(sent(one.connection), 'a1');
  }
  for (const each of [one.connection, alone]) Object.assign(each, { requests: 20 });
  assert.equal(sent(one.connection), null);
  const two = connectionWith([[delivery('a1')], [delivery('b1')]], { concurrency: 20 });
  for (const queue of two.queues) grow(queue);
  const [busy, other] = two.queues;
  assert.ok(busy && other);
  Object.assign(other, { requests: 9 });
  Object.assign(busy, { requests: 9 });
  Object.assign(two.connection, { requests: 18 });
  assert.equal(sent(two.connection), 'a1');
  Object.assign(busy, { requests: 10 });
  Object.assign(two.connection, { requests: 19 });
  assert.equal(sent(two.connection), 'b1');
});

test('however many destinations a connection has, one without a request in flight may always send', () => {
  const { connection, queues } = connectionWith(Array.from({ length: 100 }, (_, n) => [delivery(`a${n}`)]));
  Object.assign(connection, { requests: 99 });
  for (const queue of queues.slice(0, -1)) Object.assign(queue, { requests: queue.concurrency.limit(now) });
  for (const queue of queues.slice(0, -1)) connection.ready.splice(connection.ready.indexOf(queue), 1);
  assert.equal(sent(connection), 'a99');
});

test('when much is in flight, a destination with a request in flight waits, and one without sends', () => {
  const { connection, queues } = connectionWith([[delivery('a1')], [delivery('b1')]]);
  const [first] = queues;
  assert.ok(first);
  Object.assign(first, { requests: 1 });
  assert.equal(sent(connection), 'a1');
  assert.equal(sent(connection, { ...quiet, isCrowded: true }), 'b1');
});

test('while memory is heavy, an empty queue is read when its destination has no request in flight and memory allows it', () => {
  const { connection, queues } = connectionWith([[], [delivery('b1')]]);
  const [first, second] = queues;
  assert.ok(first && second);
  const due: DispatchState = { ...quiet, isRefillDue: (queue) => queue === first };
  assert.equal(sent(connection, due), 'refill');
  const heavy: DispatchState = { ...due, isHeavy: true, isCrowded: true };
  assert.equal(sent(connection, heavy), 'refill');
  Object.assign(first, { requests: 1 });
  assert.equal(sent(connection, heavy), 'b1');
  Object.assign(first, { requests: 0 });
  const full: DispatchState = { ...heavy, mustWaitToRead: () => true };
  assert.deepEqual(decide(connection, now, full), { kind: 'wait_for_memory', queue: first });
  connection.ready.shift();
  assert.equal(sent(connection, full), 'b1');
  assert.deepEqual(decide(connection, now, { ...full, mustWait: () => true }), {
    kind: 'wait_for_memory',
    queue: second,
  });
});

test('while the token endpoint of a connection asks for a pause, its destinations wait, and those without OAuth send', () => {
  const until = now + 9_000;
  const paused: DispatchState = { ...quiet, authenticator: { pauseOf: () => ({ until, detail: 'HTTP status 503.' }) } };
  const oauth2 = { connection: { body: { auth: { type: 'oauth2' } } } } as Partial<DestinationPlan>;
  const { connection } = connectionWith([[delivery('a1')]], oauth2);
  const block = { limit: 'token', until, detail: 'HTTP status 503.' };
  assert.deepEqual(decide(connection, now, paused), { kind: 'wait', block });
  assert.equal(sent(connection), 'a1');
  assert.equal(sent(connectionWith([[delivery('a1')]]).connection, paused), 'a1');
});

test('a probe and a suspect are sent alone, other deliveries in batches when they share one', () => {
  const { connection, queues } = connectionWith([[delivery('a1'), delivery('a2')]], { batchRecords: 10 });
  const [queue] = queues;
  const [first, second] = queue?.waiting ?? [];
  assert.ok(queue && first && second);
  const batch = { members: [first, second] };
  const state = { ...quiet, nextBatch: () => ({ kind: 'batch', batch }) as ReturnType<DispatchState['nextBatch']> };
  assert.deepEqual(decide(connection, now, state), { kind: 'send_batch', queue, batch });
  const closed = new Map([['dst_1', { reason: 'breaker_open' as const, detail: null, probeAt: now }]]);
  const probe = decide(connection, now, { ...state, holds: { byDestination: closed } });
  assert.deepEqual(probe, { kind: 'send', queue, delivery: first, probe: queue.probe });
  const alone = decide(connection, now, { ...state, nextBatch: () => ({ kind: 'one', delivery: second }) });
  assert.deepEqual(alone, { kind: 'send', queue, delivery: second, probe: null });
  memory.add(queue, delivery('s1', 2));
  assert.equal(sent(connection, state), 's1');
});

test('a suspect is sent when no other is on trial, and never delays other deliveries', () => {
  const { connection } = connectionWith([[delivery('s1', 2), delivery('a1')]]);
  assert.equal(sent(connection), 's1');
  assert.equal(sent(connection, { ...quiet, isTrial: true }), 'a1');
});

test('replayed deliveries are sent when no live one is ready, at an even rate, and first when they are starved', () => {
  const { connection, queues } = connectionWith([[delivery('a1')]]);
  const [live] = queues;
  assert.ok(live);
  const replays = addReplay(connection, live, [delivery('r1')]);
  assert.equal(sent(connection), 'a1');
  for (let count = 1; count < starvedAfterRequests; count++) countSent(replays, false, now, 0);
  assert.equal(sent(connection, quiet, now + starvedAfterMs), 'a1');
  countSent(replays, false, now, 0);
  assert.equal(sent(connection, quiet, now + starvedAfterMs - 1), 'a1');
  assert.equal(sent(connection, quiet, now + starvedAfterMs), 'r1');
  countSent(replays, true, now, 0);
  assert.equal(sent(connection, quiet, now + starvedAfterMs), 'a1');
  connection.ready.length = 0;
  assert.equal(sent(connection), 'r1');
  replays.nextAt = now + 5;
  assert.deepEqual(decide(connection, now, quiet), {
    kind: 'wait',
    block: { limit: 'rate', of: 'replay', until: now + 5, isAsked: false },
  });
  live.stored.requestReading();
  replays.nextAt = 0;
  assert.equal(sent(connection), null, 'the live deliveries that are being read come first');
});

test('a starved replay that has to wait does not delay live deliveries', () => {
  const { connection, queues } = connectionWith([[delivery('a1')]]);
  const [live] = queues;
  assert.ok(live);
  const replays = addReplay(connection, live, [delivery('r1')]);
  replays.liveSince = starvedAfterRequests;
  const later = now + starvedAfterMs;
  replays.nextAt = later + 5;
  assert.equal(sent(connection, quiet, later), 'a1', 'it waits for its pace');
  replays.nextAt = 0;
  for (const queue of queues) Object.assign(queue, { plan: { ...plan, concurrency: 1 } });
  Object.assign(connection, { requests: 1 });
  assert.equal(sent(connection, quiet, later), null, 'no request of the connection is free for either');
  for (const queue of queues) Object.assign(queue, { plan: plan });
  Object.assign(connection, { requests: 0 });
  Object.assign(live, { requests: live.concurrency.limit(now) });
  assert.equal(decide(connection, later, quiet)?.kind, 'park', 'no request of the destination is free for either');
});

test('replayed deliveries leave a quarter of the requests to live ones, unless they are starved', () => {
  const { connection, queues } = connectionWith([[], []], { concurrency: 6 });
  const [live, other] = queues;
  assert.ok(live && other);
  const replays = addReplay(connection, live, [delivery('r1')]);
  addReplay(connection, other, [delivery('r2')]);
  connection.ready.length = 0;
  const starved = now + starvedAfterMs;
  replays.liveSince = starvedAfterRequests;
  Object.assign(connection, { requests: 3 });
  assert.equal(sent(connection), 'r1');
  Object.assign(connection, { requests: 4 });
  assert.equal(sent(connection), null);
  assert.equal(sent(connection, quiet, starved), 'r1');
  Object.assign(connection, { requests: 0 });
  Object.assign(live, { requests: 6 });
  assert.equal(sent(connection), 'r2', 'another destination has its own part');
  assert.equal(sent(connection, quiet, starved), 'r1');
  Object.assign(live, { requests: 8 });
  assert.equal(sent(connection), 'r2', 'a response to a live delivery may make the first one possible: it stays ready');
  for (const queue of queues) Object.assign(queue, { plan: { ...plan, concurrency: 2 } });
  Object.assign(connection, { requests: 1 });
  assert.equal(sent(connection), null);
});

/** A connection with one replayed delivery, whose replay has used up its pace of one request per 100 ms. */
function pacedReplay() {
  const { connection, queues } = connectionWith([[]]);
  const [live] = queues;
  assert.ok(live);
  const replays = addReplay(connection, live, [delivery('r1')]);
  connection.ready.length = 0;
  for (let count = 0; count < 2; count++) countSent(replays, true, now, 100);
  return { connection, replays };
}

test('a clock that is set back does not stop the even pace of replayed deliveries', () => {
  const { connection, replays } = pacedReplay();
  assert.equal(sent(connection), 'wait');
  const back = now - 3 * 86_400_000;
  assert.equal(sent(connection, quiet, back), 'r1');
  countSent(replays, true, back, 100);
  assert.equal(sent(connection, quiet, back), 'wait');
  assert.equal(sent(connection, quiet, back + 100), 'r1');
});

test('replayed deliveries keep their even pace when the time of a decision is older than that of the last request', () => {
  const { connection } = pacedReplay();
  assert.equal(sent(connection, quiet, now - 2), 'wait');
});

test('a paused replay is dropped from memory, and the live deliveries of the destination continue', () => {
  const { connection, queues } = connectionWith([[delivery('a1')]]);
  const [live] = queues;
  assert.ok(live);
  addReplay(connection, live, [delivery('r1')]);
  const paused: DispatchState = {
    ...quiet,
    replayRates: { freeAt: () => Number.POSITIVE_INFINITY, isKept: () => true },
  };
  assert.equal(sent(connection, paused), 'a1');
  connection.ready.length = 0;
  assert.equal(sent(connection, paused), 'spill');
});

test('the limit that is shown for a waiting delivery is the one that decides, in the same order', () => {
  const connectionRate = { limit: 1, perMs: 1_000 };
  const { connection, queues } = connectionWith([[delivery('a1')]], { connectionRate, concurrency: 1 });
  const [queue] = queues;
  assert.ok(queue);
  const shown = (state: DispatchState = quiet) => blockOf(queue, 'a1', now, state);
  assert.equal(shown(), null);
  sendNow(queue);
  const rate = { limit: 'rate', of: 'connection', until: now + 1_000, isAsked: false };
  assert.deepEqual([shown(), decide(connection, now, quiet)], [rate, { kind: 'wait', block: rate }]);
  const full: DispatchState = { ...quiet, requests: { ...quiet.requests, count: 4_000 } };
  const all = { limit: 'concurrency', of: 'all', requests: 4_000, until: null };
  assert.deepEqual([shown(full), decide(connection, now, full)], [all, { kind: 'wait', block: all }]);
  Object.assign(connection, { requests: 1 });
  assert.deepEqual(shown(), { limit: 'concurrency', of: 'connection', requests: 1, until: null });
});

test('the time that is shown for a delivery counts those before it, in turn with the other destinations', () => {
  const perMs = 1_000;
  const three = () => ['a1', 'a2', 'a3'].map((id) => delivery(id));
  const untilOf = (queue: DestinationQueue | undefined, id: string, state: DispatchState = quiet) => {
    const block = queue && blockOf(queue, id, now, state);
    return block?.limit === 'rate' ? block.until - now : block;
  };
  const shared = connectionWith([three(), [delivery('b1')]], { connectionRate: { limit: 2, perMs } });
  const [first] = shared.queues;
  assert.ok(first);
  for (let n = 0; n < 2; n++) sendNow(first);
  assert.deepEqual(
    ['a1', 'a2', 'a3', 'not in memory'].map((id) => untilOf(first, id)),
    [perMs, 2 * perMs, 3 * perMs, 4 * perMs],
  );
  const own = connectionWith([three(), [delivery('b1')]], { destinationRate: { limit: 1, perMs } });
  const [limited] = own.queues;
  assert.ok(limited);
  sendNow(limited);
  assert.deepEqual([untilOf(limited, 'a1'), untilOf(limited, 'a3')], [perMs, 3 * perMs]);
  own.connection.budget.quiet(now + 5_000);
  assert.equal(untilOf(limited, 'a1'), 5_000, 'the later one of two limits');
  const { connection, queues } = connectionWith([[]], { connectionRate: { limit: 10, perMs } });
  const [live] = queues;
  assert.ok(live);
  const [replayed] = addReplay(connection, live, three()).ready;
  assert.ok(replayed);
  Object.assign(replayed, { plan: live.plan });
  connection.budget.quiet(now + 5_000);
  assert.equal(untilOf(replayed, 'a3'), 5_200, 'an even pace of 100 ms');
  const over: DispatchState = { ...quiet, replayRates: { freeAt: () => Number.POSITIVE_INFINITY, isKept: () => true } };
  const paused = { limit: 'rate', of: 'replay', until: Number.POSITIVE_INFINITY, isAsked: false };
  assert.deepEqual(blockOf(replayed, 'a3', now, over), paused, 'a paused replay is not sent at any time');
});

test('a waiting replayed delivery shows its own limits: the part of the requests, the even pace, its rate', () => {
  const { connection, queues } = connectionWith([[delivery('a1')]], { concurrency: 4 });
  const [live] = queues;
  assert.ok(live);
  const replays = addReplay(connection, live, [delivery('r1')]);
  const [queue] = replays.ready;
  assert.ok(queue);
  const shown = (freeAt = 0) =>
    blockOf(queue, 'r1', now, { ...quiet, replayRates: { freeAt: () => freeAt, isKept: () => true } });
  assert.equal(shown(), null);
  assert.equal(shown(now), null);
  assert.deepEqual(shown(now + 70), { limit: 'rate', of: 'replay', until: now + 70, isAsked: false });
  const paused = { limit: 'rate', of: 'replay', until: Number.POSITIVE_INFINITY, isAsked: false };
  assert.deepEqual(shown(Number.POSITIVE_INFINITY), paused);
  replays.nextAt = now + 50;
  assert.deepEqual(shown(), { limit: 'rate', of: 'replay', until: now + 50, isAsked: false });
  Object.assign(connection, { requests: 3 });
  assert.deepEqual(shown(), { limit: 'concurrency', of: 'connection', requests: 3, until: null });
  assert.equal(blockOf(live, 'a1', now, quiet), null, 'a live delivery has all requests, and no even pace');
  Object.assign(connection, { requests: 1 });
  replays.nextAt = 0;
  Object.assign(live, { requests: 6 });
  assert.deepEqual(shown(), { limit: 'concurrency', of: 'destination', requests: 6, until: null });
  Object.assign(replays, { liveSince: starvedAfterRequests, lastAt: now - starvedAfterMs });
  assert.equal(shown(), null, 'a starved replay has them too');
});
