import { AppError } from '../contract/errors.ts';
import type { SealingState } from '../contract/sealing.ts';
import type { Keyring } from './keys.ts';

/** What is sealed, wherever it is stored. */
export interface SealedStore {
  /** How many bodies need each of these keys. */
  bodiesByKey(keyIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Seals all bodies with the first key, while others read and write; tells its way. */
  reseal(progress: (way: { done: number; total: number }) => void): Promise<void>;
}

/** Several stores as one, sealed anew one after the other. */
export function together(...stores: readonly SealedStore[]): SealedStore {
  return {
    async bodiesByKey(keyIds) {
      const counts = await Promise.all(stores.map((store) => store.bodiesByKey(keyIds)));
      return new Map(keyIds.map((id) => [id, counts.reduce((sum, count) => sum + (count.get(id) ?? 0), 0)]));
    },
    async reseal(progress) {
      let before = 0;
      let told = -1;
      for (const store of stores) {
        let own = 0;
        await store.reseal(({ done, total }) => {
          own = total;
          // A store without anything to do is no step of the way.
          if (before + done !== told) progress({ done: before + done, total: before + total });
          told = before + done;
        });
        before += own;
      }
    },
  };
}

/** Rotating the keys of stored secrets, and how that stands. */
export interface Sealing {
  state(): Promise<SealingState>;
  /**
   * Begins to seal everything anew and answers at once; while that runs, it is the same one. `newKey` makes a new first
   * key before; AppError `conflict` where the keys are configured.
   */
  rotate(options: { newKey: boolean }): Promise<SealingState>;
  /** Resolves when no rotation runs any more. */
  ended(): Promise<void>;
  /** Ends a rotation that runs; the next one does what is left. */
  [Symbol.asyncDispose](): Promise<void>;
}

export function createSealing({
  keyring,
  store,
  now,
  failed,
}: {
  keyring: Keyring;
  store: SealedStore;
  now(): number;
  failed(error: unknown): void;
}): Sealing {
  let rotation: SealingState['rotation'] = null;
  let running: Promise<void> = Promise.resolve();
  let isStopping = false;

  const time = () => new Date(now()).toISOString();

  async function state(): Promise<SealingState> {
    const ids = keyring.keys.map((key) => key.id);
    // As it was before the counting: one that is done left nothing to count.
    const way = rotation && { ...rotation };
    const bodies = await store.bodiesByKey(ids);
    return {
      keyId: keyring.keys[0].id,
      keys: ids.map((id) => ({ id, bodies: bodies.get(id) ?? 0 })),
      rotation: way,
    };
  }

  async function run(own: NonNullable<typeof rotation>): Promise<void> {
    try {
      await store.reseal((way) => {
        if (isStopping) throw new Error('the program is stopping');
        Object.assign(own, way);
      });
      own.state = 'done';
    } catch (error) {
      own.state = 'failed';
      own.error = 'It could not go on; the log says why. Begun again, it does what is left.';
      if (!isStopping) failed(error);
    }
    own.finishedAt = time();
  }

  return {
    state,
    async rotate({ newKey }) {
      if (rotation?.state !== 'running') {
        if (newKey) {
          if (keyring.renew === null)
            throw new AppError(
              'conflict',
              'The keys are set by MILLRACE_SECRET_KEY: put a new one in front of them and start again.',
            );
          keyring.renew();
        }
        rotation = { state: 'running', startedAt: time(), finishedAt: null, done: 0, total: 0, error: null };
        running = run(rotation);
      }
      return state();
    },
    ended: () => running,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running;
    },
  };
}
