import type { HotJournal } from '../../src/journal/hot.ts';
import { openPostgres, type Postgres } from '../../src/postgres/postgres.ts';
import { sealer } from '../../src/secrets/sealer.ts';
import { postgresPorts } from '../../src/storage/postgres-ports.ts';
import { isOnPostgres, newDatabase } from './database.ts';
import { inFlight } from './in-flight.ts';
import { keyring, openStorage } from './storage.ts';

/** Every storage port on a new database of the engine of this run: of SQLite in memory, or of PostgreSQL (`npm run test:all`). */
export async function openEngine() {
  if (!isOnPostgres()) return openStorage();
  await using stack = new AsyncDisposableStack();
  const { url, drop } = await newDatabase();
  stack.defer(drop);
  const postgres = awaited(stack.use(openPostgres({ url })));
  const ports = stack.use(postgresPorts(postgres, { clock: 'caller', queueBytesMax: 100_000_000 }));
  awaitSettles(ports.journal.hot);
  const { catalog } = await ports.openCatalog(sealer(keyring));
  const opened = stack.move();
  return { ...ports, catalog, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** A fake clock waits for settles from their call on: they wait for each other before their statement is sent. */
export function awaitSettles(hot: HotJournal): void {
  const { settle } = hot;
  hot.settle = (...given) => inFlight(settle(...given));
}

/** A fake clock waits for its statements. */
export function awaited(postgres: Postgres): Postgres {
  const { leases } = postgres;
  return {
    ...postgres,
    query: (text, values) => inFlight(postgres.query(text, values)),
    read: (text, values) => inFlight(postgres.read(text, values)),
    transaction: (work, may) => inFlight(postgres.transaction(work, may)),
    leases: {
      query: (text, values) => inFlight(leases.query(text, values)),
      transaction: (work, may) => inFlight(leases.transaction(work, may)),
    },
  };
}
