import { statusCodes } from '../codec/status-codes.ts';
import type { DeliveryRow } from './delivery-row.ts';
import type { Memory, OpenDelivery } from './partition-memory.ts';

/** A delivery that is in a plan entry alone. */
export type Open = { number: number; delivery: OpenDelivery };

/** Those of targets, by number; `inOrder`: without those behind another one of their order key that is in a plan entry. */
export function openOf(memory: Memory | null, targets: readonly number[], inOrder: boolean): Open[] {
  const found: Open[] = [];
  const keys = new Set<number>();
  for (const [number, delivery] of memory?.open ?? []) {
    const { orderKey, target } = delivery;
    const isBehind = orderKey !== null && keys.has(orderKey);
    if (orderKey !== null) keys.add(orderKey);
    if (targets.includes(target) && !(inOrder && isBehind)) found.push({ number, delivery });
  }
  return found;
}

/** Those of order keys, by key, each list by number. */
export function openOfKeys(memory: Memory | null, keys: ReadonlySet<number | null>): Map<number | null, Open[]> {
  const found: Open[] = [];
  for (const [number, delivery] of memory?.open ?? [])
    if (delivery.orderKey !== null && keys.has(delivery.orderKey)) found.push({ number, delivery });
  return Map.groupBy(found, ({ delivery }) => delivery.orderKey);
}

export type Place = { dueAt: number; number: number };

/** The first of those that are due at `now`, after a place and without `except`, by (due time, number). */
export function firstDue(
  open: readonly Open[],
  { now, after, except, limit }: { now: number; after: Place; except: ReadonlySet<number>; limit: number },
): Open[] {
  const dueAt = ({ delivery }: Open) => delivery.dueAt ?? Number.POSITIVE_INFINITY;
  return open
    .filter((one) => {
      const at = dueAt(one);
      const isAfter = at > after.dueAt || (at === after.dueAt && one.number > after.number);
      return at <= now && isAfter && !except.has(one.number);
    })
    .sort((a, b) => dueAt(a) - dueAt(b) || a.number - b.number)
    .slice(0, limit);
}

/** The row that it would have. */
export function openRow(partition: number, number: number, open: OpenDelivery): DeliveryRow {
  const { event, replayOf } = open;
  return {
    partition,
    number,
    created_at: open.createdAt,
    order_at: open.orderAt,
    event_partition: event?.partition ?? null,
    event_number: event?.number ?? null,
    event_at: event?.timeMs ?? null,
    action: open.action,
    action_version: open.actionVersion,
    target: open.target,
    destination_version: open.destinationVersion,
    status: statusCodes.pending,
    due_at: open.dueAt,
    test: open.test,
    reason: null,
    error_kind: null,
    attempts: 0,
    exchanges: 0,
    schedule_step: 0,
    waited_ms: 0,
    deaths: 0,
    finished_at: null,
    block: null,
    rendered_block: null,
    response_status: null,
    detail: null,
    order_key: open.orderKey,
    replay_of_partition: replayOf?.partition ?? null,
    replay_of: replayOf?.number ?? null,
    replay_of_at: replayOf?.timeMs ?? null,
    replay_key: replayOf?.key ?? null,
    bodies_until: null,
    is_behind: false,
  };
}
