import { AppError } from '../contract/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';
import type { Gates } from './gates.ts';

export type UpkeepOptions = {
  journal: Pick<Journal, 'upkeep' | 'log'>;
  configuration: Configuration;
  gates: Pick<Gates, 'allClosed'>;
  clock: Clock;
  retentionMs: number;
  retentionBytes: number | null;
  everyMs: number;
  failed(error: unknown, doing: string): void;
};

export type Upkeep = AsyncDisposable & {
  /** Lets intake through, unless the size limit is reached with nothing left to remove: AppError `storage_full`. */
  admit<T>(accept: () => Promise<T>): Promise<T>;
  /** Tidies up now. */
  run(): Promise<void>;
};

/**
 * What must be done from time to time: removing what is finished and old, ending what was held for longer than its
 * connection allows.
 */
export function startUpkeep(options: UpkeepOptions): Upkeep {
  const { journal, configuration, gates, clock } = options;
  let isFull = false;
  let running: Promise<void> = Promise.resolve();
  let isStopping = false;
  let cancel = clock.after(options.everyMs, tick);

  async function round() {
    const now = clock.now();
    const { documents } = configuration.snapshot;
    for (const destinationId of gates.allClosed().keys()) {
      const connectionId = documents.destination.get(destinationId)?.body.connectionId;
      const ageMs = documents.connection.get(connectionId ?? '')?.body.settings.heldMaxAgeMs ?? null;
      if (ageMs !== null) await journal.log.expire(destinationId, now - ageMs, now);
    }
    const { full } = await journal.upkeep.retain({
      before: now - options.retentionMs,
      bytesMax: options.retentionBytes,
    });
    isFull = full;
  }

  function run(): Promise<void> {
    running = running.then(round).catch((error) => options.failed(error, 'tidy up'));
    return running;
  }

  async function tick() {
    await run();
    if (!isStopping) cancel = clock.after(options.everyMs, tick);
  }

  return {
    async admit(accept) {
      if (isFull) throw new AppError('storage_full');
      return accept();
    },
    run,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      cancel();
      await running;
    },
  };
}
