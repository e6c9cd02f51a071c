import { packLines } from '../journal/codec/event-codec.ts';
import { linesOf } from '../journal/postgres/event-reader.ts';
import type { Query } from '../postgres/postgres.ts';
import { storable, storedText } from '../postgres/text.ts';
import type { ColumnType, MovedTable, Row } from './moved-table.ts';

const rowsAtOnce = 500;

/** The rows of a table in steps, inside a transaction. */
export async function* postgresRows(query: Query, { table, columns, order, from = table }: MovedTable) {
  const types = Object.entries(columns);
  const cursor = `moved_${table}`;
  const names = types.map(([name]) => `moved.${name}`).join(', ');
  const relation = from === table ? `${table} AS moved` : from;
  await query(`DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT ${names} FROM ${relation} ORDER BY ${order}`);
  for (;;) {
    const rows = await query<Row>(`FETCH ${rowsAtOnce} FROM ${cursor}`);
    for (const row of rows) for (const [name, type] of types) row[name] = fromPostgres(type, row[name] ?? null);
    if (rows.length > 0) yield rows;
    if (rows.length < rowsAtOnce) break;
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
