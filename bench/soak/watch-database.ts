import { setTimeout } from 'node:timers/promises';
import { openPostgres, type Query } from '../../src/postgres/postgres.ts';

const everyMs = 200;

/**
 * Keeps one snapshot open and reads all tables in it repeatedly, as a dump does, so that PostgreSQL removes no old rows meanwhile;
 * and looks at the table of waiting deliveries. Begins again when the database was gone.
 */
export function watchDatabase(url: string) {
  const postgres = openPostgres({ url, node: 'watch' });
  let isOver = false;
  let rowsMost = 0;
  let bytes = 0;

  async function readAll(query: Query): Promise<void> {
    await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const tables = await query<{ name: string }>(
      "SELECT quote_ident(relname) AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace",
    );
    while (!isOver)
      for (const { name } of tables) {
        await query(`SELECT count(*) FROM ${name}`);
        await setTimeout(everyMs);
        if (isOver) return;
      }
  }
  async function look(): Promise<void> {
    const [row] = await postgres.read<{ rows: number; bytes: number }>(
      "SELECT count(*) AS rows, pg_relation_size('waiting') AS bytes FROM waiting",
    );
    rowsMost = Math.max(rowsMost, row?.rows ?? 0);
    bytes = Math.max(bytes, row?.bytes ?? 0);
  }
  async function untilOver(work: () => Promise<void>) {
    while (!isOver) {
      await work().catch(() => {}); // the database is gone
      await setTimeout(everyMs);
    }
  }
  const running = [untilOver(() => postgres.transaction(readAll)), untilOver(look)];
  async function end() {
    isOver = true;
    await Promise.all(running);
  }

  return {
    /** The most that was seen. */
    async seen() {
      await end();
      return { rowsMost, bytes };
    },
    async [Symbol.asyncDispose]() {
      await end();
      await postgres[Symbol.asyncDispose]();
    },
  };
}
