import { AsyncLocalStorage } from 'node:async_hooks';
import type { Postgres } from '../postgres.ts';

/**
 * The same database, which refuses to use a second connection of a pool inside a transaction on one: if every connection of
 * the pool had such a transaction, each would wait for another one for ever.
 */
export function checked(postgres: Postgres): Postgres {
  return { ...postgres, ...checkedPool(postgres), leases: checkedPool(postgres.leases) };
}

/** The pools with a connection in a transaction of this chain of calls. */
const inside = new AsyncLocalStorage<ReadonlySet<object>>();

/** Does something as another process would, in the midst of a transaction. */
export const elsewhere = <T>(work: () => T): T => inside.exit(work);

function checkedPool({ query, transaction }: Pick<Postgres, 'query' | 'transaction'>) {
  const pool = {};
  const check = (doing: string) => {
    if (inside.getStore()?.has(pool) === true) throw new Error(`A transaction asks for a second connection: ${doing}`);
  };
  const own: Pick<Postgres, 'query' | 'transaction'> = {
    async query(text, values) {
      check(text);
      return query(text, values);
    },
    async transaction(work, may) {
      check('another transaction');
      return transaction(
        (within) => inside.run(new Set([...(inside.getStore() ?? []), pool]), () => work(within)),
        may,
      );
    },
  };
  return own;
}
