import type { DatabaseSync } from 'node:sqlite';
import { packLines, type StoredLines, unpackLines } from '../journal/codec/event-codec.ts';
import { numberBits } from '../journal/sqlite/delivery-id-codec.ts';
import { type MovedTable, packed } from './moved-table.ts';

/** The id of a block in PostgreSQL is the time of its write in ms times this, plus a number. */
const idsPerMs = 4_096;
const unit = 2 ** numberBits;

const block = { partition: 'smallint', id: 'bigint', lines: 'lines' } as const;

/** The logs of attempts. A block of SQLite can have lines of several partitions, one of PostgreSQL has those of one. */
export const blockTables: readonly MovedTable[] = [
  {
    kind: 'blocks of attempts',
    table: 'attempt_block',
    columns: block,
    order: 'id, partition',
    sqlite: {
      read: function* (database) {
        const moved = database.prepare('SELECT moved FROM temp.moved_block WHERE id = ?');
        const movedId = (id: number): number => Number(moved.get(id)?.['moved'] ?? id);
        const sql = 'SELECT id, lines FROM attempt_block ORDER BY id';
        for (const { id, lines } of database.prepare(sql).iterate() as Iterable<{ id: number; lines: StoredLines }>)
          for (const [partition, own] of byPartition(unpackLines(lines), movedId))
            yield { partition, id: movedId(id), lines: own.join('\n') };
      },
      write(database) {
        const known = database.prepare('SELECT lines, live FROM attempt_block WHERE id = ?');
        const insert = database.prepare('INSERT OR REPLACE INTO attempt_block (id, live, lines) VALUES (?, ?, ?)');
        return (row) => {
          const { partition, id, lines } = row as { partition: number; id: number; lines: string };
          const own = lines.split('\n').map((line) => {
            const end = line.indexOf('\t');
            return `${Number(line.slice(0, end)) + partition * unit}${line.slice(end)}`;
          });
          const live = new Set(own.map((line) => line.slice(0, line.indexOf('\t')))).size;
          // Another partition can have written a block in the same ms.
          const other = known.get(id) as { lines: StoredLines; live: number } | undefined;
          const all = other === undefined ? own : [...unpackLines(other.lines), ...own];
          insert.run(id, live + (other?.live ?? 0), packed(Buffer.from(packLines(all.join('\n')))));
        };
      },
    },
  },
  {
    kind: 'exchanges of batches',
    table: 'batch_exchange',
    columns: { id: 'text', live: 'integer', members: 'jsonb', exchange: 'bytea' },
    order: 'id',
    // The time of a delivery that is gone is not known in SQLite.
    derived: ['members'],
    sqlite: {
      *read(database) {
        const created = database.prepare('SELECT created_at AS at FROM delivery WHERE number = ?');
        const sql = 'SELECT id, live, members, exchange FROM batch_exchange ORDER BY number';
        for (const { id, live, members, exchange } of database.prepare(sql).iterate()) {
          const rows: number[] = JSON.parse(String(members));
          const places = rows.map((row) => [Math.floor(row / unit), row % unit, created.get(row)?.['at'] ?? 0]);
          const bytes = typeof exchange === 'string' ? Buffer.from(exchange) : exchange;
          yield { id, live, members: places, exchange: bytes };
        }
      },
      write(database) {
        const insert = database.prepare('INSERT INTO batch_exchange (id, live, members, exchange) VALUES (?, ?, ?, ?)');
        return (row) => {
          const { id, live, members, exchange } = row as ExchangeRow;
          const rows = members.map(([partition, number]) => partition * unit + number);
          insert.run(id, live, JSON.stringify(rows), packed(exchange));
        };
      },
    },
  },
];

type ExchangeRow = { id: string; live: number; members: [number, number, number][]; exchange: Buffer };

/** The lines by partition, with the numbers that deliveries have there, and the new ids of earlier blocks. */
function byPartition(lines: readonly string[], movedId: (id: number) => number): Map<number, string[]> {
  const parts = new Map<number, string[]>();
  for (const line of lines) {
    if (line === '') continue;
    const [number = '', before = ''] = line.split('\t', 2);
    const partition = Math.floor(Number(number) / unit);
    const rest = line.slice(number.length + 1 + before.length);
    const text = `${Number(number) % unit}\t${before === '' ? '' : movedId(Number(before))}${rest}`;
    const own = parts.get(partition);
    if (own === undefined) parts.set(partition, [text]);
    else own.push(text);
  }
  return parts;
}

/**
 * Fills the temporary table `moved_block` with the ids of blocks for PostgreSQL, where an id tells the day on which a block is
 * removed. That is no earlier than the days of its deliveries. `keep`: they stay as they are, to read what came from there.
 */
export function numberBlocks(database: DatabaseSync, { now, keep = false }: { now: number; keep?: boolean }): void {
  database.exec(`DROP TABLE IF EXISTS temp.moved_block;
    CREATE TEMP TABLE moved_block (id INTEGER PRIMARY KEY, moved INTEGER NOT NULL)`);
  if (keep) {
    database.exec('INSERT INTO temp.moved_block SELECT id, id FROM attempt_block');
    return;
  }
  database.exec(`DROP TABLE IF EXISTS temp.block_time; CREATE TEMP TABLE block_time (id INTEGER PRIMARY KEY, at INTEGER);
    INSERT INTO temp.block_time SELECT id, NULL FROM attempt_block;
    UPDATE temp.block_time SET at = newest.at
      FROM (SELECT block, max(coalesce(finished_at, created_at)) AS at FROM delivery WHERE block IS NOT NULL GROUP BY block) AS newest
      WHERE newest.block = block_time.id`);
  // One that is the newest of no delivery is older than the next block.
  const fill = database.prepare('INSERT INTO temp.moved_block (id, moved) VALUES (?, ?)');
  let next = now;
  for (const { id, at } of database.prepare('SELECT id, at FROM temp.block_time ORDER BY id DESC').iterate()) {
    next = at === null ? next : Number(at);
    fill.run(Number(id), next * idsPerMs);
  }
  database.exec(
    'DROP TABLE temp.block_time; CREATE TEMP TABLE ordered_block (id INTEGER PRIMARY KEY, moved INTEGER NOT NULL)',
  );
  const order = database.prepare('INSERT INTO temp.ordered_block (id, moved) VALUES (?, ?)');
  let last = 0;
  for (const { id, moved } of database.prepare('SELECT id, moved FROM temp.moved_block ORDER BY id').iterate()) {
    // An id that came from PostgreSQL is such a time.
    last = Math.max(last + 1, Number(moved), Number(id));
    order.run(Number(id), last);
  }
  database.exec('DROP TABLE temp.moved_block; ALTER TABLE temp.ordered_block RENAME TO moved_block');
}
