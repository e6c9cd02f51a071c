import { packLines } from '../journal/codec/event-codec.ts';
import { linesOf } from '../journal/postgres/event-reader.ts';
import type { Query } from '../postgres/postgres.ts';
import { storable, storedText } from '../postgres/text.ts';
import { bytesAtOnce, bytesOf, type ColumnType, type MovedTable, type Row } from './moved-table.ts';

const rowsAtOnceMax = 500;
const rowsAtFirst = 8;

/** The rows of a table in steps of about 4 MiB, inside a transaction. A row is as large as the ones before it, most of the time. */
export async function* postgresRows(query: Query, { table, columns, order, from = table }: MovedTable) {
  const types = Object.entries(columns);
  const cursor = `moved_${table}`;
  const names = types.map(([name]) => `moved.${name}`).join(', ');
  const relation = from === table ? `${table} AS moved` : from;
  await query(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${names} FROM ${relation} ORDER BY ${order}`);
  for (let rowsAtOnce = rowsAtFirst; ; ) {
    const rows = await query<Row>(`FETCH ${rowsAtOnce} FROM ${cursor}`);
    for (const row of rows) for (const [name, type] of types) row[name] = fromPostgres(type, row[name] ?? null);
    const { length } = rows;
    if (length > 0) yield rows;
    if (length < rowsAtOnce) break;
    const fitting = Math.floor((bytesAtOnce * length) / Math.max(1, bytesOf(rows)));
    rowsAtOnce = Math.max(1, Math.min(fitting, 2 * rowsAtOnce, rowsAtOnceMax));
  }
  await query(`CLOSE ${cursor}`);
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
