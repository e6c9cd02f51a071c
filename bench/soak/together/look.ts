import type { Client } from '../../../src/client/client.ts';
import type { Health } from '../../../src/contract/documents/connection.ts';
import type { AuditEntry } from '../../../src/contract/records/audit.ts';
import { type Delivery, type DeliveryStatus, deliveryStatus } from '../../../src/contract/records/delivery.ts';
import type { Erasure } from '../../../src/contract/records/erasure.ts';
import type { Replay } from '../../../src/contract/records/replay.ts';
import type { StatsCounts } from '../../../src/contract/records/stats.ts';
import type { History } from './history.ts';
import { orderOf } from './members.ts';
import type { Wiring } from './setup.ts';

export const statuses = deliveryStatus.options;
export const unfinished = ['pending', 'sending', 'retrying', 'held'] as const;
export const isUnfinished = (status: DeliveryStatus) => unfinished.some((one) => one === status);

/** What the program says about its deliveries in different places, at a moment when nothing moves. */
export type Look = {
  readonly at: number;
  /** Oldest first. */
  readonly deliveries: readonly Delivery[];
  /** The ids of the list with a filter. */
  readonly listed: Readonly<Record<DeliveryStatus, ReadonlySet<string>>>;
  readonly histogram: Readonly<Partial<Record<DeliveryStatus, number>>>;
  readonly health: ReadonlyMap<string, Health>;
  readonly metrics: ReadonlyMap<string, number>;
  readonly stats: StatsCounts;
  readonly replays: readonly Replay[];
  readonly erasures: readonly Erasure[];
  /** Entries about deliveries, oldest first. */
  readonly audit: readonly AuditEntry[];
};

const dayMs = 86_400_000;

/** Reads everything. `shiftMs`: the clock of the program is ahead by that. */
export async function lookAround(
  client: () => Promise<Client>,
  wiring: Wiring,
  at: number,
  shiftMs: number,
): Promise<Look> {
  const now = Date.now() + shiftMs;
  const wide = {
    createdAfter: new Date(now - 2 * dayMs).toISOString(),
    createdBefore: new Date(now + 2 * dayMs).toISOString(),
  };
  const deliveries = (
    await Array.fromAsync((await client()).list('listDeliveries', { query: { limit: 200 } }))
  ).toReversed();
  const listed = {} as Record<DeliveryStatus, Set<string>>; // filled below
  for (const status of statuses) {
    const found = await Array.fromAsync((await client()).list('listDeliveries', { query: { status, limit: 200 } }));
    listed[status] = new Set(found.map(({ id }) => id));
  }
  const health = new Map<string, Health>();
  for (const id of wiring.connectionIds)
    health.set(id, (await (await client()).call('getConnection', { params: { id } })).health);
  const histogram = await (await client()).call('getDeliveryHistogram', { query: { ...wide, buckets: '1' } });
  const range = { from: new Date(now - 7 * dayMs).toISOString(), until: new Date(now + dayMs).toISOString() };
  return {
    at,
    deliveries,
    listed,
    histogram: histogram.totals,
    health,
    metrics: readMetrics(await (await client()).call('metrics')),
    stats: (await (await client()).call('getStats', { query: range })).totals,
    replays: await Array.fromAsync((await client()).list('listReplays')),
    erasures: await Array.fromAsync((await client()).list('listErasures')),
    audit: (
      await Array.fromAsync((await client()).list('listAudit', { query: { kind: 'delivery', limit: 200 } }))
    ).toReversed(),
  };
}

/** Samples by name with labels. */
function readMetrics(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

const waitsForPerson: ReadonlySet<Delivery['reason']> = new Set(['exhausted', 'unknown_outcome']);

/**
 * The deliveries that will be sent, or expire, without an act of a person: all unfinished ones but those on hold, of a paused
 * replay, or behind one of these in the order of their key. Systems answer at once.
 */
export function moving(
  deliveries: readonly Delivery[],
  replays: readonly Replay[],
  { places }: Wiring,
  history: Pick<History, 'sent'>,
): Delivery[] {
  const expiring = new Set(places.filter(({ system }) => system.heldMaxAgeMs !== null).map((one) => one.destinationId));
  const known = new Map(deliveries.map((one) => [one.id, one]));
  const paused = new Set(replays.filter(({ state }) => state === 'paused').map(({ id }) => id));
  const isOfPerson = ({ reason, replayId }: Delivery) => waitsForPerson.has(reason) || paused.has(replayId ?? '');
  const lineOf = linesOf(places, history);
  /** The first delivery of each line that waits for a person. */
  const blocked = new Map<string, number>();
  for (const one of deliveries) {
    const line = isOfPerson(one) ? lineOf(one) : null;
    if (line !== null) blocked.set(line, Math.min(orderOf(one.id), blocked.get(line) ?? Number.POSITIVE_INFINITY));
  }
  const isBehind = (one: Delivery) => orderOf(one.id) > (blocked.get(lineOf(one) ?? '') ?? Number.POSITIVE_INFINITY);
  const isStill = (one: Delivery, depth = 0): boolean => {
    if (one.status === 'held')
      return one.reason === 'breaker_open'
        ? isOfPerson(one) || isBehind(one)
        : waitsForPerson.has(one.reason) || !expires(one);
    if (isOfPerson(one)) return true;
    if (one.status !== 'sending' && one.reason === 'order' && depth < 1_000) {
      const first = known.get(/dlv_\w+/.exec(one.detail ?? '')?.[0] ?? '');
      return first !== undefined && isStill(first, depth + 1);
    }
    return false;
  };
  const expires = ({ destinationId }: Delivery) => expiring.has(destinationId);
  return deliveries.filter((one) => isUnfinished(one.status) && !isStill(one));
}

/** The line of a delivery: its destination and its ordering key. null: it has none, or its event was never acknowledged. */
function linesOf(places: Wiring['places'], { sent }: Pick<History, 'sent'>) {
  const values = new Map<string, { visitor: string | undefined; group: string | undefined }>();
  for (const { ids, visitors, groups } of sent)
    for (const [at, id] of (ids ?? []).entries()) values.set(id, { visitor: visitors[at], group: groups[at] });
  return ({ destinationId, eventId }: Delivery): string | null => {
    const orderBy = places.find((one) => one.destinationId === destinationId)?.mix.orderBy ?? null;
    const value = orderBy === null ? undefined : values.get(eventId ?? '')?.[orderBy];
    return value === undefined ? null : `${destinationId} ${value}`;
  };
}
