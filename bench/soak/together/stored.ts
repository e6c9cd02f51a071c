import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openPostgres } from '../../../src/postgres/postgres.ts';
import { settingsOfFolder } from '../../../test/support/database.ts';

/** What the program of a data folder has stored: in the folder, or in the PostgreSQL database in its place. */
export type Stored = {
  /** Where a text is, each place with what is around it. */
  placesOf(text: string): Promise<string[]>;
  /** What is wrong with the database, after the program has ended. */
  problems(): Promise<string[]>;
};

export function storedOf(dataDir: string): Stored {
  const { MILLRACE_DATABASE_URL: url } = settingsOfFolder(dataDir);
  return url === undefined ? inFolder(dataDir) : inPostgres(url);
}

function inFolder(dataDir: string): Stored {
  return {
    placesOf: async (text) =>
      readdirSync(dataDir)
        .filter((name) => name.startsWith('millrace.db'))
        .flatMap((name) => {
          const bytes = readFileSync(join(dataDir, name));
          const at = bytes.indexOf(text);
          if (at < 0) return [];
          // The JSON around it tells what it was part of.
          const around = bytes.toString('latin1', Math.max(0, at - 300), at + 200).replaceAll(/[^ -~]+/g, ' ');
          return [`${name}, at byte ${at} of ${bytes.length}: ${around}`];
        }),
    async problems() {
      using db = new DatabaseSync(join(dataDir, 'millrace.db'));
      return db
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => String(row['integrity_check']))
        .filter((line) => line !== 'ok');
    },
  };
}

function inPostgres(url: string): Stored {
  return {
    async placesOf(text) {
      await using postgres = openPostgres({ url });
      const tables = await postgres.read<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`,
      );
      // Bytes are hexadecimal in the text of a row.
      const words = [text, Buffer.from(text).toString('hex')];
      const places: string[] = [];
      for (const { name } of tables) {
        const [row] = await postgres.read<{ row: string }>(
          `SELECT left(one::text, 500) AS row FROM "${name}" AS one WHERE strpos(one::text, $1) > 0 OR strpos(one::text, $2) > 0 LIMIT 1`,
          words,
        );
        if (row !== undefined) places.push(`${name}: ${row.row}`);
      }
      return places;
    },
    // Only the program is killed, never PostgreSQL, whose files are its own.
    problems: async () => [],
  };
}
