import { AppError } from '../../../contract/errors.ts';
import { placedId, placeOf } from '../../../contract/ids.ts';
import type { Attempt } from '../../../contract/records/delivery.ts';
import { countByAction } from '../../counts.ts';
import * as port from '../../journal.ts';

/** The part of a journal that the model covers: the life of deliveries without an event, and their leases. */
export type Modelled = {
  hot: Pick<port.HotJournal, 'plan' | 'due' | 'mark' | 'recover' | 'settle'> & {
    leases: Pick<port.Leases, 'beat' | 'take'>;
  };
  log: Pick<port.JournalLog, 'deliveries' | 'delivery' | 'retry' | 'cancel' | 'release' | 'releaseOrder' | 'expire'>;
  housekeeping: Pick<port.Housekeeping, 'retain'>;
};

type Row = {
  shown: port.LoggedDelivery;
  kept: Pick<port.DueDelivery, 'scheduleStep' | 'waitedMs' | 'deaths' | 'rendered' | 'orderKey'>;
  attemptLog: Attempt[];
};

const unfinished = { reason: null, detail: null, errorKind: null, finishedAt: null };
const isOpen = ({ shown }: Row) => !port.isFinished(shown.status);
const isDue = ({ shown: { dueAt } }: Row, now: number) => dueAt !== null && dueAt <= now;

/** The simplest journal with the right results: a list of deliveries that every call scans. */
export function journalModel(): Modelled {
  const leases = new Map<number, { owner: string; epoch: number }>();
  const alive = new Map<string, { at: number; ttlMs: number }>();
  const marks = new Map<number, { inFlight: readonly string[]; onTrial: string | null; owner: string }>();
  /** By the node that is presumed dead. */
  const raised = new Map<string, Row[]>();
  let rows: Row[] = [];
  const made = new Map<number, number>();

  const isCurrent = ({ partition, epoch }: port.Lease) => leases.get(partition)?.epoch === epoch;
  const find = (id: string) => rows.find(({ shown }) => shown.id === id);
  const isIn = ({ shown }: Row, partition: number) => placeOf('delivery', shown.id)?.partition === partition;
  const of = (destinationId: string) => rows.filter(({ shown }) => shown.destinationId === destinationId);
  /** Those in the partition of a lease, which is not stale. */
  function ownOf(lease: port.Lease, destinationId?: string): Row[] {
    if (!isCurrent(lease)) throw new AppError('unavailable');
    return (destinationId === undefined ? rows : of(destinationId)).filter((row) => isIn(row, lease.partition));
  }
  /** Text that is no id names no row, whatever the lease. */
  const ownRow = (lease: port.Lease, id: string) =>
    placeOf('delivery', id) === null ? undefined : ownOf(lease).find(({ shown }) => shown.id === id);
  const finish = ({ shown }: Row, end: Pick<port.LoggedDelivery, 'status' | 'reason'>, now: number) =>
    Object.assign(shown, end, { dueAt: null, finishedAt: now });

  /** The earliest open delivery with its order key, unless that is the delivery itself. */
  function before(row: Row): { waitsFor?: string } {
    const { orderKey } = row.kept;
    const first = rows.find((one) => orderKey !== undefined && one.kept.orderKey === orderKey && isOpen(one));
    return first === undefined || first === row || !isOpen(row) ? {} : { waitsFor: first.shown.id };
  }

  function startAgain({ shown, kept }: Row, now: number) {
    Object.assign(shown, unfinished, { status: 'pending', dueAt: Math.min(shown.dueAt ?? now, now) });
    Object.assign(kept, { scheduleStep: 0, waitedMs: 0, deaths: 0 });
  }

  function add({ orderKey, ...planned }: port.PlannedDelivery, partition: number, now: number): string {
    const number = (made.get(partition) ?? 0) + 1;
    made.set(partition, number);
    const id = placedId('delivery', { timeMs: now, partition, number });
    const fresh = { status: 'pending', attempts: 0, createdAt: now, replayId: null, replayOf: null } as const;
    const kept = { scheduleStep: 0, waitedMs: 0, deaths: 0, rendered: null };
    const row = { shown: { ...planned, ...unfinished, ...fresh, id }, kept, attemptLog: [] };
    rows.push(orderKey === undefined ? row : { ...row, kept: { ...kept, orderKey } });
    return id;
  }

  function settle(step: port.Settlement, partition: number, now: number): port.Overtaken[] {
    const row = find(step.deliveryId);
    if (row === undefined || !isIn(row, partition)) return [];
    const { shown, kept, attemptLog } = row;
    const logged = attemptLog.at(-1)?.number ?? 0;
    attemptLog.push(...step.log.filter(({ number }) => number > logged));
    Object.assign(shown, { attempts: step.attempts }, step.pinned);
    if (step.rendered !== undefined) kept.rendered = step.rendered;
    if (step.leavesOrder === true) delete kept.orderKey;
    // A delivery that expired or was cancelled in flight may have arrived.
    const isWithoutOutcome = shown.reason === 'expired' || shown.status === 'cancelled';
    const isCorrected = !isOpen(row) && isWithoutOutcome && step.status === 'delivered';
    const overtaken = isOpen(row) ? [] : [{ deliveryId: step.deliveryId, isCorrected }];
    if (!isOpen(row) && !isCorrected) return overtaken;
    const { status, reason, detail, errorKind, scheduleStep, waitedMs } = step;
    const dueAt = status === 'pending' || status === 'retrying' ? step.dueAt : null;
    Object.assign(shown, {
      status,
      reason,
      detail,
      errorKind,
      dueAt,
      finishedAt: port.isFinished(status) ? now : null,
    });
    Object.assign(kept, { scheduleStep, waitedMs, deaths: 0 });
    return overtaken;
  }

  function isListed(row: Row, { closed, now, limit: _, before = '~', after = '', ...query }: port.DeliveryQuery) {
    const { createdAfter = 0, createdBefore = Number.POSITIVE_INFINITY, ...same } = query;
    const isHeld = isDue(row, now) && closed.includes(row.shown.destinationId);
    const shown: Record<string, unknown> = { ...row.shown, ...(isHeld && { status: 'held' }) };
    const { id, createdAt } = row.shown;
    const isWithin = id < before && id > after && createdAt >= createdAfter && createdAt < createdBefore;
    return isWithin && Object.entries(same).every(([name, value]) => shown[name] === value);
  }

  function dueOf({ shown, kept, attemptLog }: Row): port.DueDelivery & { dueAt: number } {
    const { status: _, reason: _1, detail: _2, errorKind: _3, finishedAt: _4, replayOf: _5, ...same } = shown;
    const number = attemptLog.at(-1)?.number ?? 0;
    return { ...same, ...kept, dueAt: shown.dueAt ?? 0, event: null, number, idempotencyKey: null };
  }

  return {
    hot: {
      leases: {
        async beat({ node, ttlMs, now }) {
          for (const [name, { at, ttlMs }] of alive) if (now - at >= ttlMs) alive.delete(name);
          alive.set(node, { at: now, ttlMs });
          for (const row of raised.get(node) ?? []) if (isOpen(row) && row.kept.deaths > 0) row.kept.deaths -= 1;
          raised.delete(node);
          return { nodes: [], partitions: [] };
        },
        async take({ node: owner, partitions: [partition = 0] }) {
          const held = leases.get(partition);
          if (held !== undefined && held.owner !== owner && alive.has(held.owner)) return [];
          const epoch = (held?.epoch ?? 0) + 1;
          leases.set(partition, { owner, epoch });
          return [{ partition, owner, epoch }];
        },
      },
      plan: async (lease, { deliveries, now }) =>
        isCurrent(lease) ? deliveries.map((one) => add(one, lease.partition, now)) : null,
      async due({ partition, destinationId, now, limit, after = { dueAt: 0, id: '' }, inOrder = false }) {
        const all = of(destinationId).filter((row) => row.shown.dueAt !== null && isIn(row, partition));
        const mine = all.filter((row) => !inOrder || before(row).waitsFor === undefined).map(dueOf);
        mine.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
        const isAfter = ({ dueAt, id }: { dueAt: number; id: string }) =>
          dueAt > after.dueAt || (dueAt === after.dueAt && id > after.id);
        const due = mine.filter((one) => one.dueAt <= now && isAfter(one)).slice(0, limit);
        const nextDueAt = mine.find(({ dueAt }) => dueAt > now)?.dueAt ?? null;
        return { due, followers: [], isCut: due.length === limit, nextDueAt };
      },
      async mark(lease, inFlight, onTrial) {
        if (isCurrent(lease)) marks.set(lease.partition, { inFlight, onTrial, owner: lease.owner });
        return isCurrent(lease);
      },
      async recover(lease, now) {
        const nothing = { inFlight: [], onTrial: null, owner: lease.owner };
        const { inFlight, onTrial, owner } = marks.get(lease.partition) ?? nothing;
        if (!isCurrent(lease)) return { suspects: [], poisoned: [] };
        marks.delete(lease.partition);
        const mine = rows.filter((row) => isIn(row, lease.partition));
        for (const row of mine)
          if (row.shown.test && row.shown.dueAt === null && /pending|retrying/.test(row.shown.status))
            finish(row, { status: 'cancelled', reason: 'interrupted' }, now);
        const wereSent = inFlight.flatMap((id) => mine.find(({ shown }) => shown.id === id) ?? []).filter(isOpen);
        const isSuspect = ({ kept }: Row) => kept.deaths >= port.suspectDeaths;
        const isCertain = owner === lease.owner;
        const isAlone = isCertain && !mine.some((row) => isOpen(row) && isSuspect(row) && row.shown.id !== onTrial);
        const isTrial = (row: Row) => row.shown.id === onTrial && isSuspect(row);
        const isPoison = (row: Row) => isTrial(row) && (isAlone || row.kept.deaths > port.suspectDeaths);
        const poisoned = wereSent.filter(isPoison);
        const others = wereSent.filter((row) => !poisoned.includes(row));
        for (const row of poisoned) finish(row, { status: 'failed', reason: 'poison' }, now);
        for (const row of others) {
          const { deaths } = row.kept;
          row.kept.deaths = isTrial(row)
            ? port.suspectDeaths + 1
            : Math.max(deaths, Math.min(deaths + 1, port.suspectDeaths));
          if (!isCertain && row.kept.deaths > deaths) raised.set(owner, [...(raised.get(owner) ?? []), row]);
        }
        const suspects = others.filter(isSuspect);
        return { suspects: suspects.map(({ shown }) => shown.id), poisoned: poisoned.map(({ shown }) => shown.id) };
      },
      async settle(lease, settlements, now) {
        return isCurrent(lease) && settlements.flatMap((one) => settle(one, lease.partition, now));
      },
    },
    log: {
      async deliveries(query) {
        const found = rows.filter((row) => isListed(row, query)).map((row) => ({ ...row.shown, ...before(row) }));
        found.reverse();
        return query.after === undefined ? found.slice(0, query.limit) : found.slice(-query.limit);
      },
      async delivery(id) {
        const row = find(id);
        return row === undefined
          ? null
          : { ...row.shown, ...before(row), attemptLog: [...row.attemptLog], rendered: row.kept.rendered };
      },
      async retry(lease, { id, now, render }) {
        const row = ownRow(lease, id);
        if (row === undefined) return null;
        const { status } = row.shown;
        startAgain(row, now);
        if (render !== null) Object.assign(row.shown, render);
        if (render !== null) row.kept.rendered = null;
        return status;
      },
      async cancel(lease, id, now) {
        const row = ownRow(lease, id);
        if (row === undefined || !isOpen(row)) return row === undefined ? null : false;
        finish(row, { status: 'cancelled', reason: 'cancelled' }, now);
        return true;
      },
      async release(lease, destinationId, now, which = 'known') {
        const held = ownOf(lease, destinationId).filter(({ shown }) => shown.status === 'held');
        const known = held.filter(({ shown }) => which === 'all' || shown.reason !== 'unknown_outcome');
        for (const row of known) startAgain(row, now);
        return { released: known.length, unknownOutcomes: held.length - known.length };
      },
      async releaseOrder(lease, destinationId, releaseAfter) {
        for (const { shown, kept } of ownOf(lease, destinationId))
          if (shown.status === 'retrying' && shown.attempts >= releaseAfter) delete kept.orderKey;
      },
      async expire(lease, { destinationId, createdBefore, now, except }) {
        const due = (isCurrent(lease) ? ownOf(lease, destinationId) : []).filter(
          (row) => isDue(row, now) && !except.includes(row.shown.id),
        );
        const old = due.filter(({ shown }) => shown.createdAt < createdBefore);
        for (const row of old) finish(row, { status: 'failed', reason: 'expired' }, now);
        return countByAction(old.map(({ shown }) => ({ actionId: shown.actionId, count: 1 })));
      },
    },
    housekeeping: {
      async retain({ before: time }) {
        const kept = rows.filter((row) => isOpen(row) || row.shown.createdAt >= time);
        const removed = rows.length - kept.length;
        rows = kept;
        return { removed, full: false };
      },
    },
  };
}
