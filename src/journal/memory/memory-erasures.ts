import type { MemoryAudit } from '../../audit/memory/memory-audit.ts';
import { placeOf } from '../../contract/ids.ts';
import { secretForms } from '../../contract/secret-forms.ts';
import type { ErasedBy, Erasures, StoredErasure } from '../erasures.ts';
import { isFinished } from '../journal.ts';
import type { DeliveryRow, deliveryStore } from './delivery-store.ts';
import type { eventLog } from './event-log.ts';

/** Erasures in memory, each in one step. */
export function memoryErasures(
  log: ReturnType<typeof eventLog>,
  store: ReturnType<typeof deliveryStore>,
  audit: Pick<MemoryAudit, 'add'>,
): Erasures {
  const kept = new Map<string, StoredErasure & { ends: ReadonlyMap<number, number> }>();

  const rowsOf = (ids: ReadonlySet<string>) =>
    [...store.rows.values()].filter(({ eventId }) => eventId !== null && ids.has(eventId));

  function mentions({ rendered, attemptLog, detail }: DeliveryRow, sought: ErasedBy): boolean {
    const text = JSON.stringify([rendered, attemptLog, detail]);
    const forms = [...secretForms('visitorId' in sought ? sought.visitorId : sought.value)];
    return forms.some((form) => text.includes(JSON.stringify(form).slice(1, -1)));
  }

  return {
    async count(sought) {
      const ids = new Set(log.sought(sought).map(({ id }) => id));
      const rows = rowsOf(ids);
      const unfinished = rows.filter(({ status }) => !isFinished(status)).length;
      return { events: ids.size, deliveries: rows.length, unfinished };
    },
    async begin({ id, code, sought, now }, entry) {
      const by = 'visitorId' in sought ? 'visitorId' : sought.parameter;
      const counts = { events: 0, deliveries: 0, unfinished: 0 };
      const ends = log.ends();
      kept.set(id, { id, code, by, state: 'running', sought, counts, createdAt: now, finishedAt: null, ends });
      audit.add([entry]);
    },
    list: async () => [...kept.values()].map(({ ends: _, ...shown }) => shown).sort((a, b) => (a.id < b.id ? 1 : -1)),
    async step(id, { now, sending }) {
      const erasure = kept.get(id);
      if (erasure === undefined || erasure.sought === null) return { state: 'done', events: [], cancelled: [] };
      const { ends, sought } = erasure;
      const isMatched = ends.entries().every(([partition, end]) => log.position(partition) >= end);
      const isBefore = (eventId: string) => {
        const place = placeOf('event', eventId);
        return place !== null && place.number < (ends.get(place.partition) ?? 0);
      };
      const events = log.sought(sought).filter((event) => isBefore(event.id));
      const rows = [
        ...rowsOf(new Set(events.map((event) => event.id))),
        ...[...store.rows.values()].filter((row) => row.test && row.eventId === null && mentions(row, sought)),
      ];
      if (!isMatched || rows.some((row) => sending.includes(row.id)))
        return { state: 'waiting', events: [], cancelled: [] };
      const cancelled = rows.filter(({ status }) => !isFinished(status));
      store.remove(rows);
      log.erase(new Set(events.map((event) => event.id)));
      const counts = { events: events.length, deliveries: rows.length, unfinished: cancelled.length };
      Object.assign(erasure, { state: 'done', sought: null, counts, finishedAt: now });
      return { state: 'done', events, cancelled };
    },
  };
}
