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
  /** The current limits of age and size. */
  retention(): Retention;
  everyMs: number;
  /** The deliveries of a destination that are in flight, or whose outcome is not recorded yet. */
  sendingTo(destinationId: string): readonly string[];
  /** Removes bodies whose time is over. */
  forgetBodies(): Promise<unknown>;
  /** `amount` deliveries were held for too long and are failed now. */
  expired(of: { destinationId: string; connectionId: string; actionId: string | null }, amount: number): void;
  failed(error: unknown, doing: string): void;
};

type RetentionRunner = AsyncDisposable & {
  /** Runs `accept`, unless the size limit is reached with nothing left to remove: AppError `storage_full`. */
  admit<T>(accept: () => Promise<T>): Promise<T>;
  /** Whether the size limit is reached with nothing left to remove. */
  isFull(): boolean;
  /** Runs retention now. */
  run(): Promise<void>;
};

const expiryLeastMs = 1_000;
const dayMs = 86_400_000;

/**
 * Runs retention periodically: removes old finished data, and expires deliveries that were held longer than their
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

  /** Destinations that are on hold and whose held deliveries expire. */
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

  /** Short holds can't wait for the next round: they end at most 2 %, or a second, late. */
  function planExpiry() {
    cancelExpiry();
    const shortestMs = expiring().reduce((least, { ageMs }) => Math.min(least, ageMs), Number.POSITIVE_INFINITY);
    const waitMs = Math.max(expiryLeastMs, shortestMs / 50);
    if (isStopping || waitMs >= options.everyMs) return;
    cancelExpiry = clock.after(
      waitMs,
      () => void afterOthers(() => attempt('expire held deliveries', expire)).then(planExpiry),
    );
  }

  async function retain() {
    const { days, bytes } = options.retention();
    isFull = (await journal.retention.retain({ before: clock.now() - days * dayMs, bytesMax: bytes })).full;
  }

  /** Removes whole days, since each run adds an entry. */
  async function prune() {
    const now = clock.now();
    await audit.prune(Math.floor((now - options.retention().auditDays * dayMs) / dayMs) * dayMs, now);
  }

  /** A step that fails is repeated in the next round; the other steps still run. */
  async function round() {
    await attempt('expire held deliveries', expire);
    await attempt('remove bodies', options.forgetBodies);
    await attempt('remove old data', retain);
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
