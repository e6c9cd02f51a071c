import { setTimeout } from 'node:timers/promises';
import { openPostgres, type Query } from '../../src/postgres/postgres.ts';

const everyMs = 200;
/** Of a row in a page, beside its columns. */
const rowExtraBytes = 28;
/** A smaller table has the size of some pages. */
const rowsLeast = 200;

/**
 * Keeps one snapshot open and reads all tables in it repeatedly, as a dump does, so that PostgreSQL removes no old rows until it ends;
 * and looks at the table of waiting deliveries. Begins again when the database was gone.
 */
export function watchDatabase(url: string) {
  const postgres = openPostgres({ url, node: 'watch' });
  let isOver = false;
  let isResting = false;
  let rowsMost = 0;
  let bytes = 0;
  let rowBytes = rowExtraBytes;
  let most = 0;

  async function readAll(query: Query): Promise<void> {
    await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const tables = await query<{ name: string }>(
      "SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
    );
    while (!isOver && !isResting)
      for (const { name } of tables) {
        await query(`SELECT count(*) FROM ${name}`);
        await setTimeout(everyMs);
        if (isOver || isResting) return;
      }
  }
  async function look(): Promise<void> {
    const [row] = await postgres.read<{ rows: number; bytes: number; rowBytes: number | null }>(
      `SELECT count(*) AS rows, pg_relation_size('waiting') AS bytes, avg(pg_column_size(waiting))::float8 AS "rowBytes" FROM waiting`,
    );
    if (row === undefined) return;
    rowsMost = Math.max(rowsMost, row.rows);
    rowBytes = Math.max(rowBytes, (row.rowBytes ?? 0) + rowExtraBytes);
    bytes = Math.max(bytes, row.bytes);
    most = Math.max(most, row.bytes / rowBytes / Math.max(rowsMost, rowsLeast));
  }
  async function untilOver(work: () => Promise<void>) {
    while (!isOver) {
      await work().catch(() => {}); // the database is gone
      await setTimeout(everyMs);
    }
  }
  let reading = Promise.resolve();
  const dump = () => {
    if (!isResting) reading = postgres.transaction(readAll);
    return reading;
  };
  const running = [untilOver(dump), untilOver(look)];
  async function end() {
    isOver = true;
    await Promise.all(running);
  }

  return {
    /** The most that was seen. `times`: how many times as large the table was as the most deliveries that had waited until then. */
    async seen() {
      await end();
      return { rowsMost, bytes, times: Math.round(most * 10) / 10 };
    },
    /** Reads nothing during `work`: a migration can't change a table that a transaction has read. */
    async without(work: () => Promise<void>): Promise<void> {
      isResting = true;
      await reading.catch(() => {});
      await work();
      isResting = false;
    },
    async [Symbol.asyncDispose]() {
      await end();
      await postgres[Symbol.asyncDispose]();
    },
  };
}
