import type { Clock } from '../../../async/clock.ts';
import { inTurn } from '../../../async/in-turn.ts';
import { AppError } from '../../../contract/errors.ts';
import type { Pause, PauseStore } from './pause-stores.ts';

export type Pauses = Awaited<ReturnType<typeof createPauses>>;

/** Pauses that are shorter, or that become longer by less, are not written: a start takes about as long. */
const notableMs = 5_000;

/**
 * The pauses that systems asked for (429 or 503 with Retry-After, or a used up quota), each of a connection or a destination. It
 * applies to requests to its origin. A token endpoint asks for that of a connection's token requests; the origin is then
 * its URL. They survive a restart: a pause is written when it begins, and when it becomes
 * notably longer, so that responses which ask for the same pause write nothing. The rate limiters of the queues apply
 * them.
 */
export async function createPauses(options: {
  store: PauseStore;
  clock: Clock;
  failed(error: unknown, doing: string): void;
}) {
  const { store, clock, failed } = options;
  const pauses = new Map<string, Pause>();
  /** Until when the stored pauses last. */
  const stored = new Map<string, number>();
  for (const { id, ...pause } of await store.list()) {
    stored.set(id, pause.until);
    if (pause.until > clock.now()) pauses.set(id, pause);
    else save(id, null);
  }

  function save(id: string, pause: Pause | null) {
    if (pause === null) stored.delete(id);
    else stored.set(id, pause.until);
    store.save(id, pause).catch((error) => failed(error, 'store the pause of a system'));
  }

  async function remove(id: string) {
    const until = stored.get(id);
    if (until === undefined) return;
    stored.delete(id);
    try {
      if (!(await store.save(id, null)))
        throw new AppError('unavailable', 'Another node sends to this connection now. Send the request again.');
    } catch (error) {
      // It is still stored, so that the next call removes it.
      if (!stored.has(id)) stored.set(id, until);
      throw error;
    }
  }

  async function read(isOwn: (id: string) => boolean): Promise<void> {
    const found = new Map((await store.list()).map(({ id, ...pause }) => [id, pause]));
    for (const id of new Set([...pauses.keys(), ...stored.keys(), ...found.keys()])) {
      const pause = found.get(id);
      if (isOwn(id)) {
        // At its start a node owns nothing, so that it could not remove a pause that was over.
        const until = Math.max(stored.get(id) ?? 0, pauses.get(id)?.until ?? 0);
        if (pause !== undefined && until <= clock.now()) save(id, null);
        continue;
      }
      pauses.delete(id);
      stored.delete(id);
      if (pause === undefined) continue;
      pauses.set(id, pause);
      stored.set(id, pause.until);
    }
  }

  // So that no older reading ends last.
  const turn = inTurn();

  return {
    /** Reads the pauses that other nodes have stored: those that are not `isOwn`; removes own ones that are over. */
    follow: (isOwn: (id: string) => boolean): Promise<void> => turn(() => read(isOwn)),
    /** The end of the pause of a connection or destination; 0: it has none. After a change of its origin: 0. */
    untilOf(id: string, origin: string): number {
      const pause = pauses.get(id);
      const now = clock.now();
      if (pause === undefined || pause.origin !== origin || pause.until <= now) return 0;
      // A clock that was set back makes no pause longer than the system asked for.
      return Math.min(pause.until, now + pause.until - pause.since);
    },
    begin(id: string, until: number, origin: string): void {
      const now = clock.now();
      if (until <= (pauses.get(id)?.until ?? now)) return;
      const pause = { since: now, until, origin };
      pauses.set(id, pause);
      if (until - Math.max(now, stored.get(id) ?? 0) >= notableMs) save(id, pause);
    },
    /** Ends pauses at once; they don't come back with a restart when the promise resolves. */
    async end(ids: Iterable<string>): Promise<void> {
      const all = [...ids];
      for (const id of all) pauses.delete(id);
      await Promise.all(all.map(remove));
    },
    /** The same without waiting. An error is reported: a start then waits for the rest of the pause. */
    forget(ids: Iterable<string>): void {
      for (const id of ids) {
        pauses.delete(id);
        if (stored.has(id)) save(id, null);
      }
    },
  };
}
