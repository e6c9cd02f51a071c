import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseName } from './database-file.ts';
import { migrate } from './migrate.ts';
import { temporaryFolder } from './temporary-folder.testing.ts';

/** Makes a database with the migrations up to one (`0012`) in a folder; returns its file. */
export function olderDatabase(folder: string, last: string): string {
  using migrations = temporaryFolder();
  const source = fileURLToPath(new URL('./migrations/', import.meta.url));
  for (const name of readdirSync(source))
    if (name.slice(0, 4) <= last) copyFileSync(join(source, name), join(migrations.path, name));
  const file = join(folder, databaseName);
  migrate(file, new Date(), new URL(`file://${migrations.path}/`));
  return file;
}
