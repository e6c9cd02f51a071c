import { AppError } from '../contract/errors.ts';
import type { Postgres, Query } from './postgres.ts';

/** A database whose calls are counted, and whose last one tells whether it responds. */
export type WatchedPostgres = Postgres & {
  /** Why the last call found no database; null: it responded. */
  problem(): string | null;
  /** Since the start; `operations` counts statements, `commits` transactions that may write. */
  readonly stats: { readonly commits: number; readonly operations: number };
};

/** Watches the calls of an open database. */
export function watchedPostgres(postgres: Postgres): WatchedPostgres {
  const stats = { commits: 0, operations: 0 };
  let problem: string | null = null;

  async function watch<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      problem = null;
      return result;
    } catch (error) {
      problem = error instanceof AppError && error.code === 'unavailable' ? causeOf(error) : null;
      throw error;
    }
  }

  const counted =
    (query: Query): Query =>
    (text, values) => {
      stats.operations += 1;
      return query(text, values);
    };
  const read = counted(postgres.read);
  const query = counted(postgres.query);
  return {
    read: (text, values) => watch(() => read(text, values)),
    query(text, values) {
      stats.commits += 1;
      return watch(() => query(text, values));
    },
    transaction(work) {
      stats.commits += 1;
      return watch(() => postgres.transaction((inside) => work(counted(inside))));
    },
    problem: () => problem,
    stats,
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  };
}

const causeOf = ({ cause, message }: AppError): string => (cause instanceof Error ? cause.message : message);
