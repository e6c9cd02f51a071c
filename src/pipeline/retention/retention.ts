import type { Clock } from '../../async/clock.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Retention } from '../../contract/documents/settings.ts';
import { AppError } from '../../contract/errors.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Holds } from '../limits/holds.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

type RetentionOptions = {
  journal: Pick<Journal, 'retention' | 'log'>;
  audit: Pick<Audit, 'prune'>;
  configuration: Configuration;
  holds: Pick<Holds, 'allClosed' | 'watch'>;
  clock: Clock;
  /** How long and how much is kept, as it is set now. */
  retention(): Retention;
  everyMs: number;
  /** The deliveries of a destination that are in flight, and those whose end is not recorded yet. */
  sendingTo(destinationId: string): readonly string[];
  /** Removes bodies whose time is over. */
  forgetBodies(): Promise<unknown>;
  /** So many deliveries were held for too long and are failed now. */
  expired(of: { destinationId: string; connectionId: string; actionId: string | null }, amount: number): void;
  failed(error: unknown, doing: string): void;
};

type RetentionRunner = AsyncDisposable & {
  /** Lets intake through, unless the size limit is reached with nothing left to remove: AppError `storage_full`. */
  admit<T>(accept: () => Promise<T>): Promise<T>;
  /** Whether the size limit is reached with nothing left to remove. */
  isFull(): boolean;
  /** Tidies up now. */
  run(): Promise<void>;
};

const expiryLeastMs = 1_000;
const dayMs = 86_400_000;

/**
 * What must be done from time to time: removing what is finished and old, ending what was held for longer than its
 * connection allows.
 */
export function startRetention(options: RetentionOptions): RetentionRunner {
  const { journal, audit, configuration, holds, clock } = options;
  let isFull = false;
  let running: Promise<void> = Promise.resolve();
  let isStopping = false;
  let cancelTick = clock.after(options.everyMs, tick);
  let cancelExpiry = () => {};
  holds.watch((destinationIds) => {
    if (destinationIds.some((id) => ageOf(id).ageMs !== null)) planExpiry();
  });
  planExpiry();

  /** Destinations whose deliveries are held and may not be for ever. */
  function expiring() {
    return [...holds.allClosed().keys()].flatMap((destinationId) => {
      const { connectionId, ageMs } = ageOf(destinationId);
      return ageMs === null ? [] : [{ destinationId, connectionId, ageMs }];
    });
  }

  function ageOf(destinationId: string) {
    const { documents } = configuration.snapshot;
    const connectionId = documents.destination.get(destinationId)?.body.connectionId ?? '';
    return { connectionId, ageMs: documents.connection.get(connectionId)?.body.settings.heldMaxAgeMs ?? null };
  }

  async function expire() {
    const now = clock.now();
    for (const { destinationId, connectionId, ageMs } of expiring()) {
      const query = { destinationId, createdBefore: now - ageMs, now, except: options.sendingTo(destinationId) };
      for (const { actionId, count } of await journal.log.expire(query))
        options.expired({ destinationId, connectionId, actionId }, count);
    }
  }

  /** What may be held for a short time only can't wait for the next round: it ends 2 %, or a second, late at most. */
  function planExpiry() {
    cancelExpiry();
    const shortestMs = expiring().reduce((least, { ageMs }) => Math.min(least, ageMs), Number.POSITIVE_INFINITY);
    const waitMs = Math.max(expiryLeastMs, shortestMs / 50);
    if (isStopping || waitMs >= options.everyMs) return;
    cancelExpiry = clock.after(
      waitMs,
      () => void afterOthers(() => attempt('end deliveries that were held for too long', expire)).then(planExpiry),
    );
  }

  async function retain() {
    const { days, bytes } = options.retention();
    isFull = (await journal.retention.retain({ before: clock.now() - days * dayMs, bytesMax: bytes })).full;
  }

  /** Days go as a whole, since each time leaves an entry. */
  async function prune() {
    const now = clock.now();
    await audit.prune(Math.floor((now - options.retention().auditDays * dayMs) / dayMs) * dayMs, now);
  }

  /** A step that fails is tried again in the next round; the others are done all the same. */
  async function round() {
    await attempt('end deliveries that were held for too long', expire);
    await attempt('remove bodies', options.forgetBodies);
    await attempt('remove what is old', retain);
    await attempt('prune the audit trail', prune);
  }

  async function attempt(doing: string, step: () => Promise<unknown>) {
    try {
      await step();
    } catch (error) {
      options.failed(error, doing);
    }
  }

  function afterOthers(job: () => Promise<void>): Promise<void> {
    running = running.then(job);
    return running;
  }

  const run = () => afterOthers(round);

  async function tick() {
    await run();
    if (!isStopping) cancelTick = clock.after(options.everyMs, tick);
  }

  return {
    async admit(accept) {
      if (isFull) throw new AppError('storage_full');
      return accept();
    },
    isFull: () => isFull,
    run,
    async [Symbol.asyncDispose]() {
      isStopping = true;
      cancelTick();
      cancelExpiry();
      await running;
    },
  };
}
