import { type MemoryAudit, memoryAudit } from '../../audit/memory/memory-audit.ts';
import { placeOf } from '../../contract/ids.ts';
import { countByAction } from '../count-by-action.ts';
import {
  type Accepted,
  type AcceptRequest,
  type DueDelivery,
  type Gate,
  isFinished,
  type Journal,
} from '../journal.ts';
import { type DeliveryRow, deliveryStore, type InFlightMarker, isDue, logged } from './delivery-store.ts';
import { type EventGroup, eventLog } from './event-log.ts';
import { leaseBook } from './lease-book.ts';
import { memoryErasures } from './memory-erasures.ts';
import { replayBook } from './replay-book.ts';
import { statisticsBook } from './statistics-book.ts';

/** A journal that lives as long as its process: the reference for the others, and the one for tests and simulation. */
export function memoryJournal(audit: Pick<MemoryAudit, 'add'> = memoryAudit()): Journal {
  const log = eventLog();
  const store = deliveryStore(audit);
  const { leases, isCurrent } = leaseBook();
  const markers = new Map<string, InFlightMarker>();
  const gates = new Map<string, Gate>();
  const notes = new Map<string, string>();
  const replays = replayBook({ audit, store, isCurrent });

  const accept = (request: AcceptRequest): Accepted => {
    const done = log.accept(request);
    const { partition, events, plan } = request;
    const { ids, duplicates, from } = done;
    const to = from + events.length - duplicates.length;
    if (plan === undefined || !isCurrent(plan.lease) || !log.advance({ partition, from, to }))
      return { ...done, planned: null };
    const news = plan.deliveries.filter(({ event }) => !duplicates.includes(event));
    const planned = news.map(({ event, ...one }) => store.add({ ...one, eventId: ids[event] ?? null }, plan.now));
    return { ...done, planned };
  };

  return {
    leases,
    intake: { accept: async (requests) => requests.map(accept) },

    matching: {
      position: async (partition) => log.position(partition),
      read: async (query) => log.read(query),
      async plan(lease, { advance, deliveries, now }) {
        if (!isCurrent(lease) || (advance !== null && !log.advance(advance))) return null;
        return deliveries.map((planned) => store.add(planned, now));
      },
    },

    deliveries: {
      async due({ destinationId, replayId = null, now, limit, after, except = [], inOrder = false, followers = 0 }) {
        const first = store.firstOfKeys();
        const isTurn = ({ id, orderKey }: DeliveryRow) =>
          !inOrder || orderKey === undefined || first.get(orderKey) === id;
        const rows = [...store.rows.values()].filter(
          (row) => row.destinationId === destinationId && row.replayId === replayId && isTurn(row),
        );
        const due = rows
          .filter((row) => isDue(row, now) && !except.includes(row.id))
          .map((row) => ({ ...row, dueAt: row.dueAt ?? now }))
          .filter(
            (row) => after === undefined || row.dueAt > after.dueAt || (row.dueAt === after.dueAt && row.id > after.id),
          )
          .sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))
          .slice(0, limit);
        const behind = due.flatMap((head) => store.followersOf(head, now, except));
        const later = rows.flatMap(({ dueAt }) => (dueAt !== null && dueAt > now ? dueAt : []));
        return {
          due: due.map((row) => dueOf(row, row.dueAt)),
          followers: behind.slice(0, followers).map((row) => dueOf(row, row.dueAt ?? now)),
          isCut: due.length === limit,
          nextDueAt: later.length === 0 ? null : Math.min(...later),
        };
      },
      async backlog() {
        const waiting = [...store.rows.values()].filter((row) => row.dueAt !== null);
        return Map.groupBy(waiting, placeOfRow)
          .values()
          .map(([first, ...rest]) => summary(first, rest))
          .filter((one) => one !== null)
          .toArray()
          .sort((a, b) => (placeOfRow(a) < placeOfRow(b) ? -1 : 1));
      },
      async mark(lease, deliveryIds, onTrial) {
        if (!isCurrent(lease)) return false;
        markers.set(lease.scope, { inFlight: [...deliveryIds], onTrial });
        return true;
      },
      async recover(lease, now) {
        if (!isCurrent(lease)) return { suspects: [], poisoned: [] };
        const marker = markers.get(lease.scope) ?? { inFlight: [], onTrial: null };
        markers.delete(lease.scope);
        return store.recover(marker, now);
      },
      async settle(lease, settlements, now) {
        if (!isCurrent(lease)) return false;
        for (const settlement of settlements) store.settle(settlement, now);
        return true;
      },
      gates: async () => [...gates.values()].sort((a, b) => (a.scopeId < b.scopeId ? -1 : 1)),
      async saveGate(gate) {
        gates.set(gate.scopeId, gate);
      },
      async removeGate(scopeId) {
        gates.delete(scopeId);
      },
    },

    log: {
      events: async (query) => log.search({ ...query, lookedMost: Number.POSITIVE_INFINITY }).events,
      search: async (query) => log.search(query),
      event: async (id) => log.event(id),
      deliveries: async (query) => store.list(query),
      async delivery(id) {
        const row = store.rows.get(id);
        if (row === undefined) return null;
        const { attemptLog, rendered } = row;
        return { ...logged(row, store.firstOfKeys()), attemptLog: [...attemptLog], rendered };
      },
      retry: async (request, entry) => store.retry(request, entry),
      cancel: async (id, now, entry) => store.cancel(id, now, entry),
      release: async (destinationId, now) => store.release(destinationId, now),
      expire: async (query) => store.expire(query),
    },

    replays,

    upkeep: {
      async retain({ before, bytesMax }) {
        let removed = removeBefore(before);
        replays.forget(before);
        const bytes = () => log.bytes() + store.bytes();
        let full = false;
        while (bytesMax !== null && bytes() > bytesMax && !full) {
          const oldest = Math.min(
            ...removableGroups().map((group) => group.receivedAt),
            ...finishedRows().map((row) => row.createdAt),
          );
          full = oldest === Number.POSITIVE_INFINITY;
          if (!full) removed += removeBefore(oldest + 1);
        }
        log.setFull(full);
        return { removed, full };
      },
      forgetBodies: async (now) => store.forgetBodies(now),
      keepBodies: async (destinationId, ms) => store.keepBodies(destinationId, ms),
      async usage() {
        const unfinished = [...store.rows.values()].filter((row) => !isFinished(row.status)).length;
        return { bytes: log.bytes() + store.bytes(), unfinished };
      },
      loadNote: async (name) => notes.get(name) ?? null,
      async loadNotes(prefix) {
        const found = [...notes].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
        return found.map(([name, text]) => ({ name, text }));
      },
      async saveNote(name, text) {
        if (text === null) notes.delete(name);
        else notes.set(name, text);
      },
    },

    erasures: memoryErasures(log, store, audit),

    statistics: {
      ...statisticsBook(),
      async waiting(destinationId, except) {
        const rows = [...store.rows.values()].filter(
          (row) => row.destinationId === destinationId && row.dueAt !== null,
        );
        const waiting = rows.filter((row) => !except.includes(row.id));
        return countByAction(waiting.map(({ actionId }) => ({ actionId, count: 1 })));
      },
      async oldestWaiting() {
        const waiting = [...store.rows.values()].filter((row) => !isFinished(row.status));
        return waiting.length === 0 ? null : Math.min(...waiting.map((row) => row.createdAt));
      },
    },

    async [Symbol.asyncDispose]() {},
  };

  function dueOf(row: DeliveryRow, dueAt: number): DueDelivery {
    return {
      id: row.id,
      eventId: row.eventId,
      event: row.eventId === null ? null : log.event(row.eventId),
      actionId: row.actionId,
      actionVersion: row.actionVersion,
      destinationId: row.destinationId,
      destinationVersion: row.destinationVersion,
      connectionId: row.connectionId,
      createdAt: row.createdAt,
      dueAt,
      test: row.test,
      number: row.attemptLog.at(-1)?.number ?? 0,
      attempts: row.attempts,
      scheduleStep: row.scheduleStep,
      waitedMs: row.waitedMs,
      deaths: row.deaths,
      rendered: row.rendered,
      ...(row.orderKey !== undefined && { orderKey: row.orderKey }),
      replayId: row.replayId,
      idempotencyKey: row.idempotencyKey,
    };
  }

  function finishedRows(): DeliveryRow[] {
    return [...store.rows.values()].filter((row) => isFinished(row.status));
  }

  function removableGroups(): EventGroup[] {
    const needed = new Set<string>();
    for (const row of store.rows.values()) if (row.eventId !== null) needed.add(row.eventId);
    const places = [...needed].map((id) => placeOf('event', id)).filter((place) => place !== null);
    return log
      .matchedGroups()
      .filter(
        (group) =>
          !places.some(
            ({ partition, number }) =>
              partition === group.partition && number >= group.first && number < group.first + group.events.length,
          ),
      );
  }

  function removeBefore(time: number): number {
    const rows = finishedRows().filter((row) => row.createdAt < time);
    for (const row of rows) store.rows.delete(row.id);
    const groups = removableGroups().filter((group) => group.receivedAt < time);
    for (const group of groups) log.remove(group);
    return rows.length + groups.reduce((sum, group) => sum + group.events.length, 0);
  }
}

type Whither = Pick<DeliveryRow, 'destinationId' | 'connectionId' | 'replayId'>;

const placeOfRow = ({ destinationId, connectionId, replayId }: Whither) =>
  `${destinationId} ${connectionId} ${replayId ?? ''}`;

function summary(first: DeliveryRow | undefined, rest: DeliveryRow[]) {
  if (first === undefined) return null;
  const nextDueAt = Math.min(...[first, ...rest].map((row) => row.dueAt ?? Number.POSITIVE_INFINITY));
  const { destinationId, connectionId, replayId } = first;
  return { destinationId, connectionId, replayId, open: rest.length + 1, nextDueAt };
}
