import { AppError } from '../contract/errors.ts';
import type { Postgres, Query } from './postgres.ts';
import { isBusy, isDiskFull, isUnavailable } from './unavailable.ts';

/** A database whose calls are counted, and whose last one tells whether it responds. */
export type WatchedPostgres = Postgres & {
  /** Why the last call found no database, or that all calls have waited for long; null: it responds. */
  problem(): string | null;
  /** What a full disk refused in the last 10 s; null: nothing. Calls that need no room go on, such as heartbeats. */
  full(): string | null;
  /** Since the start; `operations` counts statements, `commits` transactions that may write. */
  readonly stats: { readonly commits: number; readonly operations: number };
};

/** A database that answers none of its calls for longer, in ms, has a problem: a call itself waits up to 30 s. */
const silenceMs = 2_000;
/** Longer than the pauses between the writes of a node that does nothing else, such as of statistics. */
const fullMs = 10_000;

/** Watches the calls of an open database. */
export function watchedPostgres(postgres: Postgres, now = () => performance.now()): WatchedPostgres {
  const stats = { commits: 0, operations: 0 };
  let problem: string | null = null;
  let full: { problem: string; until: number } | null = null;
  let pending = 0;
  /** When the last call ended, or the first of those that are pending began. */
  let heardAt = 0;

  function hear(of: string | null) {
    problem = of;
    heardAt = now();
  }

  async function watch<T>(call: () => Promise<T>): Promise<T> {
    if (pending++ === 0) heardAt = now();
    try {
      const result = await call();
      hear(null);
      return result;
    } catch (error) {
      const found = problemOf(error);
      if (found !== null && isDiskFull(error)) {
        full = { problem: found, until: now() + fullMs };
        hear(null);
      } else if (!(error instanceof AppError && isBusy(error.cause))) hear(found);
      throw error;
    } finally {
      pending -= 1;
    }
  }

  function silence(): string | null {
    const ms = pending === 0 ? 0 : now() - heardAt;
    return ms < silenceMs ? null : `no call has ended for ${Math.floor(ms / 1_000)} s`;
  }

  const counted =
    (query: Query): Query =>
    (text, values) => {
      stats.operations += 1;
      return query(text, values);
    };
  const watchedWrites = ({ query, transaction }: Postgres['leases']): Postgres['leases'] => ({
    query(text, values) {
      stats.commits += 1;
      return watch(() => counted(query)(text, values));
    },
    transaction(work, may) {
      stats.commits += 1;
      return watch(() => transaction((inside) => work(counted(inside)), may));
    },
  });
  const read = counted(postgres.read);
  return {
    read: (text, values) => watch(() => read(text, values)),
    ...watchedWrites(postgres),
    leases: watchedWrites(postgres.leases),
    problem: () => problem ?? silence(),
    full: () => (full !== null && now() < full.until ? full.problem : null),
    stats,
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  };
}

/** null: the database responds, if only to refuse. */
function problemOf(error: unknown): string | null {
  const cause = error instanceof AppError ? error.cause : null;
  return cause instanceof Error && isUnavailable(cause) ? cause.message : null;
}
