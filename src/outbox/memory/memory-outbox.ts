import type { AlertEnd, Outbox, OutboxMessage, ToldIssue } from '../outbox.ts';
import { finishedMax } from '../outbox.ts';

/** An outbox that lives as long as its process: the reference for the others. */
export function memoryOutbox(): Outbox {
  const messages = new Map<string, OutboxMessage>();
  const told = new Map<string, ToldIssue>();
  const placeOf = ({ alertId, issueId }: Pick<ToldIssue, 'alertId' | 'issueId'>) => `${alertId}/${issueId}`;
  const newestFirst = () => [...messages.values()].sort((a, b) => (a.id < b.id ? 1 : -1));

  function endOf(alertId: string): AlertEnd {
    const ends = newestFirst()
      .filter((one) => one.alertId === alertId && one.about !== 'test' && one.finishedAt !== null)
      .sort((a, b) => (b.finishedAt ?? 0) - (a.finishedAt ?? 0));
    const failed = ends.find((one) => one.status === 'failed');
    return {
      alertId,
      lastSentAt: ends.find((one) => one.status === 'sent')?.finishedAt ?? null,
      lastFailure: failed === undefined ? null : { at: failed.finishedAt ?? 0, detail: failed.detail ?? '' },
    };
  }

  return {
    async load() {
      const finished = [...messages.values()].filter((one) => one.status !== 'waiting' && one.about !== 'test');
      return {
        waiting: structuredClone(newestFirst().filter((one) => one.status === 'waiting')).reverse(),
        told: structuredClone([...told.values()]),
        ends: [...new Set(finished.map((one) => one.alertId))].sort().map(endOf),
      };
    },
    async save(change) {
      for (const one of structuredClone(change.messages)) messages.set(one.id, one);
      for (const one of structuredClone(change.told)) told.set(placeOf(one), one);
      for (const id of change.dropped) messages.delete(id);
      for (const one of change.untold) told.delete(placeOf(one));
      for (const one of [...messages.values()]) if (change.gone.includes(one.alertId)) messages.delete(one.id);
      for (const one of [...told.values()]) if (change.gone.includes(one.alertId)) told.delete(placeOf(one));
      for (const alertId of new Set(change.messages.map((one) => one.alertId))) {
        const finished = newestFirst().filter((one) => one.alertId === alertId && one.status !== 'waiting');
        for (const { id } of finished.slice(finishedMax)) messages.delete(id);
      }
    },
    async messages({ alertId, limit, before, after }) {
      const found = newestFirst().filter(
        ({ id, ...one }) =>
          one.alertId === alertId && (before === undefined || id < before) && (after === undefined || id > after),
      );
      return structuredClone(after === undefined ? found.slice(0, limit) : found.slice(-limit));
    },
    async [Symbol.asyncDispose]() {},
  };
}
