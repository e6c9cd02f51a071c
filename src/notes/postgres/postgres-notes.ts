import type { Postgres, Query } from '../../postgres/postgres.ts';
import { storable, storedText } from '../../postgres/text.ts';
import type { Note, NoteChange, Notes } from '../notes.ts';

/** Greater than the rest of every name. */
const last = '\u{10ffff}';

/** The notes of an open database, which stays open when they end. */
export function postgresNotes({ query, read }: Pick<Postgres, 'query' | 'read'>): Notes {
  return {
    async load(name) {
      const [row] = await query<{ text: string }>('SELECT text FROM note WHERE name = $1', [name]);
      return row === undefined ? null : storedText(row.text);
    },

    async list(prefix) {
      const sql = 'SELECT name, text FROM note WHERE name >= $1 AND name < $2 ORDER BY name';
      return (await query<Note>(sql, [prefix, prefix + last])).map(asSaved);
    },

    async page(prefix, { limit, before, after }) {
      const sql = `SELECT name, text FROM note WHERE name > $1 AND name < $2
        ORDER BY name ${after === undefined ? 'DESC' : 'ASC'} LIMIT $3`;
      const rows = await read<Note>(sql, [after ?? prefix, before ?? prefix + last, limit]);
      return (after === undefined ? rows : rows.reverse()).map(asSaved);
    },

    async save(...changes) {
      await save(query, changes, 'true');
    },

    async replace(name, before, text) {
      const sql =
        before === null
          ? 'INSERT INTO note (name, text) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1'
          : 'UPDATE note SET text = $2 WHERE name = $1 AND text = $3 RETURNING 1';
      const values = [name, storable(text), ...(before === null ? [] : [storable(before)])];
      return (await query(sql, values)).length > 0;
    },

    saveUnder: (lease, ...changes) => save(query, changes, holds, [lease.partition, lease.owner, lease.epoch]),
  };
}

/** The lease is current; a later owner waits until this statement ends. */
const holds = `EXISTS (SELECT 1 FROM partition_lease
  WHERE partition = $3 AND owner = $4 AND epoch = $5 FOR UPDATE)`;

/** Saves and removes notes in one statement, under a condition, with what comes last of each name. */
async function save(
  query: Query,
  changes: readonly NoteChange[],
  condition: string,
  values: readonly unknown[] = [],
): Promise<boolean> {
  for (const { name } of changes) if (typeof name !== 'string') throw new TypeError('A name of a note is no text.');
  const final = new Map(changes.map(({ name, text }) => [name, text === null ? null : storable(text)]));
  const rows = await query<{ isHeld: boolean }>(
    `WITH held AS MATERIALIZED (SELECT ${condition} AS is_held),
       change AS (SELECT * FROM unnest($1::text[], $2::text[]) AS change (name, text), held WHERE is_held),
       removed AS (DELETE FROM note USING change WHERE note.name = change.name AND change.text IS NULL),
       saved AS (INSERT INTO note (name, text) SELECT name, text FROM change WHERE text IS NOT NULL ORDER BY name
         ON CONFLICT (name) DO UPDATE SET text = excluded.text)
     SELECT is_held AS "isHeld" FROM held`,
    [[...final.keys()], [...final.values()], ...values],
  );
  return rows[0]?.isHeld === true;
}

const asSaved = ({ name, text }: Note): Note => ({ name, text: storedText(text) });
