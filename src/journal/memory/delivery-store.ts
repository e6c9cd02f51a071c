import type { MemoryAudit } from '../../audit/memory/memory-audit.ts';
import { ofStatus } from '../../audit/status-change.ts';
import { placedId } from '../../contract/ids.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { countByAction } from '../count-by-action.ts';
import {
  type CountByAction,
  type DeliveryQuery,
  type ExpiryQuery,
  isFinished,
  type LoggedDelivery,
  type PlannedDelivery,
  type Rendered,
  type RetryRequest,
  type Settlement,
  suspectDeaths,
} from '../journal.ts';
import { nearest, page } from './event-log.ts';

/** A delivery with all that is known of it. */
export type DeliveryRow = LoggedDelivery & {
  scheduleStep: number;
  waitedMs: number;
  deaths: number;
  rendered: Rendered | null;
  idempotencyKey: string | null;
  attemptLog: Attempt[];
  bodiesUntil?: number;
  orderKey?: number;
};

/** What `mark` of the journal was given last. */
export type InFlightMarker = { inFlight: readonly string[]; onTrial: string | null };

/** Deliveries in memory, oldest first, and every step that one can take. */
export function deliveryStore(audit: Pick<MemoryAudit, 'add'>) {
  const rows = new Map<string, DeliveryRow>();
  /** Ids by what is asked for most: the event, and the delivery that is repeated. */
  const related = new Map<string, string[]>();
  let hasKeys = false;
  let next = 1;
  let lastAt = 0;

  function relate(id: string, to: string | null) {
    if (to === null) return;
    const known = related.get(to);
    if (known === undefined) related.set(to, [id]);
    else known.push(id);
  }

  const finish = (row: DeliveryRow, end: Pick<DeliveryRow, 'status' | 'reason'>, now: number) =>
    Object.assign(row, end, { dueAt: null, finishedAt: now });

  const startAgain = (row: DeliveryRow, now: number) =>
    Object.assign(row, {
      status: 'pending',
      reason: null,
      detail: null,
      errorKind: null,
      dueAt: now,
      finishedAt: null,
      scheduleStep: 0,
      waitedMs: 0,
      deaths: 0,
    });

  /** The earliest unfinished delivery of each order key. */
  function firstOfKeys(): Map<number, string> {
    const first = new Map<number, string>();
    if (!hasKeys) return first;
    for (const { id, status, orderKey } of rows.values())
      if (orderKey !== undefined && !isFinished(status) && !first.has(orderKey)) first.set(orderKey, id);
    return first;
  }

  return {
    rows,
    finish,
    relate,
    add(planned: PlannedDelivery, now: number): string {
      lastAt = Math.max(lastAt, now);
      const id = placedId('delivery', { timeMs: lastAt, partition: 0, number: next });
      next += 1;
      relate(id, planned.eventId);
      hasKeys ||= planned.orderKey !== undefined;
      rows.set(id, {
        ...planned,
        id,
        status: 'pending',
        reason: null,
        detail: null,
        errorKind: null,
        attempts: 0,
        createdAt: lastAt,
        finishedAt: null,
        scheduleStep: 0,
        waitedMs: 0,
        deaths: 0,
        rendered: null,
        replayId: null,
        replayOf: null,
        idempotencyKey: null,
        attemptLog: [],
      });
      return id;
    },

    settle(step: Settlement, now: number) {
      const row = rows.get(step.deliveryId);
      if (row === undefined) return;
      const logged = row.attemptLog.at(-1)?.number ?? 0;
      row.attemptLog.push(...step.log.filter((attempt) => attempt.number > logged));
      row.attempts = step.attempts;
      if (step.rendered !== undefined) row.rendered = step.rendered;
      Object.assign(row, step.pinned);
      if (step.leavesOrder === true) delete row.orderKey;
      if (isFinished(row.status) && !(row.reason === 'expired' && step.status === 'delivered')) return;
      const { status, reason, detail, errorKind, scheduleStep, waitedMs } = step;
      const dueAt = status === 'pending' || status === 'retrying' ? step.dueAt : null;
      const finishedAt = isFinished(status) ? now : null;
      Object.assign(row, { status, reason, detail, errorKind, scheduleStep, waitedMs, dueAt, finishedAt, deaths: 0 });
      if (finishedAt !== null && step.bodiesUntil !== undefined) row.bodiesUntil = step.bodiesUntil;
      else delete row.bodiesUntil;
    },

    /** Takes deliveries away; an exchange that others share with them loses its bodies. */
    remove(gone: readonly DeliveryRow[]) {
      const batches = new Set(gone.flatMap(({ attemptLog }) => attemptLog.flatMap(({ batchId }) => batchId ?? [])));
      for (const { id } of gone) rows.delete(id);
      for (const row of rows.values())
        row.attemptLog = row.attemptLog.map((one) =>
          one.batchId !== null && batches.has(one.batchId) ? withoutBodies(one) : one,
        );
    },

    forgetBodies(now: number): number {
      const over = [...rows.values()].filter(({ bodiesUntil }) => bodiesUntil !== undefined && bodiesUntil <= now);
      for (const row of over) {
        delete row.bodiesUntil;
        if (isFinished(row.status))
          Object.assign(row, { rendered: null, attemptLog: row.attemptLog.map(withoutBodies) });
      }
      return over.length;
    },

    keepBodies(destinationId: string, ms: number | null): number {
      const finished = [...rows.values()].filter(
        (row) => row.destinationId === destinationId && isFinished(row.status),
      );
      for (const row of finished)
        if (ms === null) delete row.bodiesUntil;
        else if (row.attemptLog.length > 0) row.bodiesUntil = (row.finishedAt ?? 0) + ms;
      return finished.length;
    },

    recover({ inFlight, onTrial }: InFlightMarker, now: number) {
      const suspects: string[] = [];
      const poisoned: string[] = [];
      for (const row of rows.values())
        if (row.test && row.dueAt === null && (row.status === 'pending' || row.status === 'retrying'))
          finish(row, { status: 'cancelled', reason: 'interrupted' }, now);
      for (const id of inFlight) {
        const row = rows.get(id);
        if (row === undefined || isFinished(row.status)) continue;
        if (id === onTrial && row.deaths >= suspectDeaths) {
          finish(row, { status: 'failed', reason: 'poison' }, now);
          poisoned.push(id);
          continue;
        }
        row.deaths = Math.min(row.deaths + 1, suspectDeaths);
        if (row.deaths === suspectDeaths) suspects.push(id);
      }
      return { suspects, poisoned };
    },

    retry({ id, now, render }: RetryRequest, entry?: NewAuditEntry): boolean {
      const row = rows.get(id);
      if (row === undefined) return false;
      if (entry !== undefined) audit.add([ofStatus(entry, row.status, 'pending')]);
      startAgain(row, now);
      if (render !== null) Object.assign(row, render, { rendered: null });
      return true;
    },

    cancel(id: string, now: number, entry?: NewAuditEntry): boolean | null {
      const row = rows.get(id);
      if (row === undefined) return null;
      if (isFinished(row.status)) return false;
      if (entry !== undefined) audit.add([ofStatus(entry, row.status, 'cancelled')]);
      finish(row, { status: 'cancelled', reason: 'cancelled' }, now);
      return true;
    },

    release(destinationId: string, now: number): number {
      const held = [...rows.values()].filter((row) => row.status === 'held' && row.destinationId === destinationId);
      for (const row of held) startAgain(row, now);
      return held.length;
    },

    expire({ destinationId, createdBefore, now, except }: ExpiryQuery): CountByAction[] {
      const old = [...rows.values()].filter(
        (row) =>
          row.destinationId === destinationId &&
          row.createdAt < createdBefore &&
          isDue(row, now) &&
          !except.includes(row.id),
      );
      for (const row of old) finish(row, { status: 'failed', reason: 'expired' }, now);
      return countByAction(old.map(({ actionId }) => ({ actionId, count: 1 })));
    },

    list(query: DeliveryQuery): LoggedDelivery[] {
      const near = query.replayOf ?? query.eventId;
      const some = near === undefined ? [...rows.values()] : (related.get(near) ?? []).map((id) => rows.get(id));
      const fitting = some.filter((row) => row !== undefined && matches(row, query)) as DeliveryRow[]; // just filtered
      const first = firstOfKeys();
      return nearest(page(fitting, query, 'delivery'), query).map((row) => logged(row, first));
    },

    firstOfKeys,

    /** Those right behind one with its order key that are due too. */
    followersOf({ id, orderKey, replayId }: DeliveryRow, now: number, except: readonly string[]): DeliveryRow[] {
      if (orderKey === undefined) return [];
      const line = [...rows.values()].filter(
        (row) => row.orderKey === orderKey && !isFinished(row.status) && row.id > id,
      );
      const gap = line.findIndex((row) => !isDue(row, now) || row.replayId !== replayId || except.includes(row.id));
      return gap < 0 ? line : line.slice(0, gap);
    },

    bytes() {
      const counted = new Set<string>();
      let sum = 0;
      for (const { rendered, attemptLog } of rows.values()) {
        // An exchange of many deliveries is one object that all of them have.
        const own = attemptLog.map((one) => (one.batchId !== null && counted.has(one.batchId) ? one.id : one));
        for (const { batchId } of attemptLog) if (batchId !== null) counted.add(batchId);
        sum += 200 + JSON.stringify([rendered, own]).length;
      }
      return sum;
    },
  };
}

/** The part of a delivery that lists show. */
export function logged(row: DeliveryRow, firstOfKeys: ReadonlyMap<number, string>): LoggedDelivery {
  const {
    scheduleStep: _,
    waitedMs: _1,
    deaths: _2,
    rendered: _3,
    attemptLog: _4,
    bodiesUntil: _5,
    idempotencyKey: _6,
    orderKey,
    ...shown
  } = row;
  const first = isFinished(row.status) || orderKey === undefined ? row.id : (firstOfKeys.get(orderKey) ?? row.id);
  return first === row.id ? shown : { ...shown, waitsFor: first };
}

export const isDue = (row: DeliveryRow, now: number) => row.dueAt !== null && row.dueAt <= now;

function matches(row: DeliveryRow, query: DeliveryQuery): boolean {
  const isHeldByGate = isDue(row, query.now) && query.closed.includes(row.destinationId);
  const status = isHeldByGate ? 'held' : row.status;
  const { createdAfter = 0, createdBefore = Number.POSITIVE_INFINITY } = query;
  return (
    (query.status === undefined || query.status === status) &&
    (query.actionId === undefined || query.actionId === row.actionId) &&
    (query.destinationId === undefined || query.destinationId === row.destinationId) &&
    (query.connectionId === undefined || query.connectionId === row.connectionId) &&
    (query.eventId === undefined || query.eventId === row.eventId) &&
    (query.errorKind === undefined || query.errorKind === row.errorKind) &&
    (query.test === undefined || query.test === row.test) &&
    (query.batchId === undefined || row.attemptLog.some((one) => one.batchId === query.batchId)) &&
    (query.replayId === undefined || query.replayId === row.replayId) &&
    (query.replayOf === undefined || query.replayOf === row.replayOf) &&
    row.createdAt >= createdAfter &&
    row.createdAt < createdBefore
  );
}

function withoutBodies({ request, response, ...rest }: Attempt): Attempt {
  return { ...rest, request: request && withoutBody(request), response: response && withoutBody(response) };
}

function withoutBody<M extends { body: string | null; bodyBytes?: number | undefined }>(message: M): M {
  return message.body === null ? message : { ...message, body: null, bodyBytes: Buffer.byteLength(message.body) };
}
