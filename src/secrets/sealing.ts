import { AppError } from '../contract/errors.ts';
import type { SealingState } from '../contract/sealing.ts';
import type { Keyring } from './keys.ts';

/** A store of sealed bodies. */
export interface SealedStore {
  /** The number of bodies that need each of these keys. */
  bodiesByKey(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The number of bodies that `reseal` goes through. */
  count(): Promise<number>;
  /** Seals all bodies with the first key, during normal operation; after each step `done` gets its number of bodies. */
  reseal(done: (bodies: number) => void): Promise<void>;
}

/** Several stores as one, sealed again one after the other. */
export function together(...stores: readonly SealedStore[]): SealedStore {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    async bodiesByKey(keyIds) {
      const counts = await Promise.all(stores.map((store) => store.bodiesByKey(keyIds)));
      return new Map(keyIds.map((id) => [id, sum(counts.map((count) => count.get(id) ?? 0))]));
    },
    count: async () => sum(await Promise.all(stores.map((store) => store.count()))),
    async reseal(done) {
      for (const store of stores) await store.reseal(done);
    },
  };
}

export type Sealing = ReturnType<typeof createSealing>;

type SealingParts = {
  keyring: Keyring;
  store: SealedStore;
  now(): number;
  failed(error: unknown): void;
  /** Called at the start of a rotation and after each step. */
  progressed?(progress: { done: number; total: number }): void;
};

/** Rotates the keys of stored secrets, and reports the state. */
export function createSealing({ keyring, store, now, failed, progressed }: SealingParts) {
  let rotation: SealingState['rotation'] = null;
  let running: Promise<void> = Promise.resolve();
  let isStopping = false;

  const time = () => new Date(now()).toISOString();

  async function state(): Promise<SealingState> {
    const ids = keyring.keys.map((key) => key.id);
    // Copied before the count, so that a finished rotation is shown only with a count of zero.
    const way = rotation && { ...rotation };
    const bodies = await store.bodiesByKey(ids);
    return {
      keyId: keyring.keys[0].id,
      keys: ids.map((id) => ({ id, bodies: bodies.get(id) ?? 0 })),
      rotation: way,
    };
  }

  async function run(own: NonNullable<typeof rotation>): Promise<void> {
    const advance = (bodies: number) => {
      if (isStopping) throw new Error('the server is stopping');
      own.done += bodies;
      own.total = Math.max(own.total, own.done);
      progressed?.(own);
    };
    try {
      own.total = await store.count();
      advance(0);
      await store.reseal(advance);
      own.state = 'done';
    } catch (error) {
      own.state = 'failed';
      own.error = 'The rotation failed; see the log for the reason. Start it again to do the rest.';
      if (!isStopping) failed(error);
    }
    own.finishedAt = time();
  }

  return {
    state,
    /**
     * Starts to seal all stored secrets again and returns at once; a running rotation is joined. `newKey` generates a
     * new first key before; throws AppError `conflict` where the keys are configured.
     */
    async rotate({ newKey }: { newKey: boolean }): Promise<SealingState> {
      if (rotation?.state !== 'running') {
        if (newKey) {
          if (keyring.renew === null)
            throw new AppError(
              'conflict',
              'The keys are set by MILLRACE_SECRET_KEY: put a new one in front of them and restart. Where nodes share a database, give it to all nodes first, behind the old one.',
            );
          keyring.renew();
        }
        rotation = { state: 'running', startedAt: time(), finishedAt: null, done: 0, total: 0, error: null };
        running = run(rotation);
      }
      return state();
    },
    /** Resolves when no rotation is running. */
    ended: () => running,
    /** Ends a running rotation; the next one does the rest. */
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}
