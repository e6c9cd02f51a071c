import { packLines } from '../journal/codec/event-codec.ts';
import { linesOf } from '../journal/postgres/event-reader.ts';
import type { Query } from '../postgres/postgres.ts';
import { storable, storedText } from '../postgres/text.ts';
import { bytesAtOnce, bytesOf, type ColumnType, type MovedTable, type Row } from './moved-table.ts';

const rowsAtOnce = 500;

/** The rows of a table in steps of about 4 MiB at most, or of one row, inside a transaction. */
export async function* postgresRows(query: Query, { table, columns, order, from = table }: MovedTable) {
  const types = Object.entries(columns);
  const cursor = `moved_${table}`;
  const relation = from === table ? `${table} AS moved` : from;
  const declare = (name: string, selected: string) =>
    query(`DECLARE ${name} NO SCROLL CURSOR FOR SELECT ${selected} FROM ${relation} ORDER BY ${order}`);
  await declare(cursor, types.map(([name]) => `moved.${name}`).join(', '));
  // A step is known before its rows are fetched.
  const sizes = types.flatMap(([name, type]) => sizeOf(`moved.${name}`, type));
  await declare(`${cursor}_size`, `(${['0', ...sizes].join(' + ')})::bigint AS bytes`);
  for (;;) {
    const next = await query<{ bytes: number }>(`FETCH ${rowsAtOnce} FROM ${cursor}_size`);
    if (next.length === 0) break;
    for (const count of stepsOf(next)) yield* unpacked(await query<Row>(`FETCH ${count} FROM ${cursor}`), types);
  }
  await query(`CLOSE ${cursor}`);
  await query(`CLOSE ${cursor}_size`);
}

/** The stored size of what can be large, as SQL. PostgreSQL reads that of texts and bytes without reading them. */
function sizeOf(column: string, type: ColumnType): string[] {
  if (type === 'jsonb') return [`coalesce(octet_length(${column}::text), 0)`];
  return ['text', 'free', 'json', 'bytea', 'lines'].includes(type) ? [`coalesce(octet_length(${column}), 0)`] : [];
}

/** Rows that are read at once. */
function* stepsOf(sizes: readonly { bytes: number }[]): Generator<number> {
  let [count, sum] = [0, 0];
  for (const { bytes } of sizes) {
    if (count > 0 && sum + bytes > bytesAtOnce) {
      yield count;
      [count, sum] = [0, 0];
    }
    count += 1;
    sum += bytes;
  }
  yield count;
}

/** Packed lines are larger than they are stored. */
function* unpacked(rows: readonly Row[], types: readonly [string, ColumnType][]): Generator<Row[]> {
  let [step, bytes]: [Row[], number] = [[], 0];
  for (const row of rows) {
    for (const [name, type] of types) row[name] = fromPostgres(type, row[name] ?? null);
    const size = bytesOf([row]);
    if (step.length > 0 && bytes + size > bytesAtOnce) {
      yield step;
      [step, bytes] = [[], 0];
    }
    step.push(row);
    bytes += size;
  }
  if (step.length > 0) yield step;
}

/** Writes rows into a table of a new database, inside a transaction. */
export async function writePostgres(query: Query, of: MovedTable, rows: readonly Row[]): Promise<void> {
  const { table, columns, isSingle } = of;
  const types = Object.entries(columns);
  if (isSingle) await query(`DELETE FROM ${table}`);
  const lists = types.map(([, type], index) => `$${index + 1}::${typeOf(type)}[]`);
  await query(
    `INSERT INTO ${table} (${types.map(([name]) => name).join(', ')}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${lists.join(', ')})`,
    types.map(([name, type]) => rows.map((row) => toPostgres(type, row[name] ?? null))),
  );
}

const typeOf = (type: ColumnType) => (type === 'free' || type === 'json' ? 'text' : type === 'lines' ? 'bytea' : type);

function fromPostgres(type: ColumnType, value: unknown): unknown {
  if (value === null) return null;
  if (type === 'free') return storedText(String(value));
  if (type === 'lines') return linesOf(value as Buffer).join('\n'); // of the column's type
  return type === 'json' ? JSON.parse(String(value)) : value;
}

function toPostgres(type: ColumnType, value: unknown): unknown {
  if (value === null) return null;
  if (type === 'free') return storable(String(value));
  if (type === 'lines') return Buffer.from(packLines(String(value)));
  return type === 'json' || type === 'jsonb' ? JSON.stringify(value) : value;
}
