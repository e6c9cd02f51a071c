import type { DeliveryQueue } from '../../../journal/journal.ts';
import type { Notes } from '../../../notes/notes.ts';
import type { OwnedConnections } from '../../owned-connections.ts';

/** A pause as it is stored; `id`: of its connection or destination. */
export type Pause = { readonly since: number; readonly until: number; readonly origin: string };

/** Where pauses are kept. */
export interface PauseStore {
  list(): Promise<(Pause & { readonly id: string })[]>;
  /** null removes one. false: its connection has another owner, and nothing is changed. */
  save(id: string, pause: Pause | null): Promise<boolean>;
}

/** The pauses that systems asked for. */
export function pausesOfSystems(
  queue: Pick<DeliveryQueue, 'pauses' | 'savePause' | 'removePause'>,
  ownConnections: Pick<OwnedConnections, 'leaseOf'>,
): PauseStore {
  return {
    list: async () => (await queue.pauses()).map(({ scopeId: id, ...pause }) => ({ id, ...pause })),
    async save(id, pause) {
      const lease = ownConnections.leaseOf(id);
      if (lease === null) return false;
      return pause === null ? queue.removePause(lease, id) : queue.savePause(lease, { scopeId: id, ...pause });
    },
  };
}

/** The pauses that token endpoints asked for. */
export function pausesOfTokens(notes: Pick<Notes, 'list' | 'save'>): PauseStore {
  const prefix = 'token_pauses/';
  return {
    list: async () =>
      (await notes.list(prefix)).map(({ name, text }) => ({
        id: name.slice(prefix.length),
        ...(JSON.parse(text) as Pause), // saved below
      })),
    async save(id, pause) {
      await notes.save({ name: prefix + id, text: pause === null ? null : JSON.stringify(pause) });
      return true;
    },
  };
}
