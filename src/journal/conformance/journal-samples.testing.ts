import assert from 'node:assert/strict';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import type { DeliveryQuery, DueDelivery, Journal, Lease, PlannedDelivery, Settlement } from '../journal.ts';

/** Takes a partition for an hour from `now` on. */
export async function claim(journal: Journal, partition: number, owner = 'test', now = 0): Promise<Lease> {
  await journal.hot.leases.beat({ node: owner, ttlMs: 3_600_000, isLeaving: false, now });
  const [lease] = await journal.hot.leases.take({ node: owner, partitions: [partition], now });
  assert.ok(lease);
  return lease;
}

export function incoming(fields: Partial<IncomingEvent>): IncomingEvent {
  return {
    name: 'page view',
    visitorId: 'v-1',
    anonymousId: null,
    sessionId: null,
    occurredAt: '2026-03-01T12:00:00.000Z',
    data: { 'wt.ti': 'Home' },
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    identity: null,
    ...fields,
  };
}

export function planned(fields: Partial<PlannedDelivery>): PlannedDelivery {
  return {
    eventId: null,
    actionId: 'act_1',
    actionVersion: 1,
    destinationId: 'dst_1',
    destinationVersion: 2,
    connectionId: 'con_1',
    dueAt: null,
    test: false,
    ...fields,
  };
}

/** A delivery without an event that is due for the first time. */
export function dueDelivery(fields: Partial<DueDelivery>): DueDelivery {
  return {
    id: 'dlv_1',
    eventId: null,
    event: null,
    actionId: null,
    actionVersion: null,
    destinationId: 'dst_1',
    destinationVersion: 1,
    connectionId: 'con_1',
    createdAt: 1_700_000_000_000,
    dueAt: 1_700_000_000_000,
    test: false,
    number: 0,
    attempts: 0,
    scheduleStep: 0,
    waitedMs: 0,
    deaths: 0,
    rendered: null,
    replayId: null,
    idempotencyKey: null,
    ...fields,
  };
}

export function rendered(body: string): Rendered {
  return { path: '/orders?é=\t', headers: [['X-Order', '7']], body, isObject: false };
}

type AttemptFields = {
  outcome?: Attempt['outcome'];
  counted?: boolean;
  body?: string | null;
  error?: Attempt['error'];
  withoutExchange?: boolean;
  /** The batch of the exchange, with the number of its records. */
  batch?: { id: string; records: number };
};

export function attempt(number: number, fields: AttemptFields = {}): Attempt {
  const { outcome = 'delivered', counted = true, body = 'x', error = null, withoutExchange = false } = fields;
  return {
    id: `att_${number}`,
    number,
    counted,
    batchId: fields.batch?.id ?? null,
    records: fields.batch?.records ?? 1,
    startedAt: '2026-03-01T12:00:01.000Z',
    durationMs: 12.5,
    timings: { queueMs: 1, tokenMs: null, dnsMs: null, connectMs: 2, tlsMs: null, firstByteMs: 9.25, totalMs: 12.5 },
    request: withoutExchange
      ? null
      : { method: 'POST', url: 'http://127.0.0.1/orders', headers: [['Content-Type', 'text/plain']], body },
    response: withoutExchange
      ? null
      : { status: 200, headers: [['Content-Type', 'text/plain']], body: 'ok\n', truncated: false },
    error,
    outcome,
    versions: { action: 1, destination: 2, connection: 3 },
  };
}

export function settlement(deliveryId: string | undefined, fields: Partial<Settlement>): Settlement {
  return {
    deliveryId: deliveryId ?? '',
    status: 'pending',
    reason: null,
    detail: null,
    errorKind: null,
    attempts: 0,
    scheduleStep: 0,
    waitedMs: 0,
    dueAt: null,
    log: [],
    ...fields,
  };
}

/** The time at which the tests of the journal begin. */
export const start = Date.parse('2026-03-01T12:00:00Z');

/** Stores events of one collector; returns their ids and offsets. */
export function accept(journal: Journal, events: IncomingEvent[], receivedAt = start, partition = 0) {
  return journal.hot.accept({ partition, collectorId: 'col_1', receivedAt, events });
}

/** Stores one event per delivery and plans all deliveries; returns the lease and the ids. */
export async function withDeliveries(journal: Journal, deliveries: Partial<PlannedDelivery>[], now = start) {
  const { ids, from } = await accept(
    journal,
    deliveries.map((_, i) => incoming({ name: `event ${i}` })),
    now,
  );
  const lease = await claim(journal, 0);
  const rows = deliveries.map((one, i) => planned({ eventId: ids[i] ?? null, dueAt: now, ...one }));
  const plan = { advance: { from, to: from + ids.length }, deliveries: rows, now };
  const made = await journal.hot.plan(lease, plan);
  assert.ok(made);
  return { lease, ids: made, eventIds: ids };
}

/** The ids of the deliveries that a query lists. */
export async function list(journal: Journal, query: Partial<DeliveryQuery>): Promise<string[]> {
  return (await journal.log.deliveries({ limit: 50, closed: [], now: start, ...query })).map((row) => row.id);
}

/** The ids of a destination's deliveries that are due. */
export async function due(journal: Journal, now = start + 1_000, destinationId = 'dst_1'): Promise<string[]> {
  return (await journal.hot.due({ partition: 0, destinationId, now, limit: 100 })).due.map((row) => row.id);
}

/** The audit entry of an erasure that begins. */
export const erasureEntry = {
  createdAt: '2026-03-01T12:00:00.000Z',
  principal: 'p',
  principalId: null,
  address: null,
  requestId: null,
  act: 'erase' as const,
  kind: 'erasure' as const,
  id: 'era_1',
  name: null,
  result: 'done' as const,
  code: null,
  changes: [],
};
