import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openPostgres } from '../../src/postgres/postgres.ts';

/** The server of this run, where each program of a test has a database of its own; undefined: SQLite. */
const server = () => process.env['MILLRACE_TEST_SERVER'];
export const isOnPostgres = (): boolean => server() !== undefined;
const partitions = 4;
let count = 0;

/** A database of its own on PostgreSQL: its address, and its end. */
export async function newDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = nextName();
  await onServer(`CREATE DATABASE ${name}`);
  return { url: urlOf(name), drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** The settings of a program on a database. */
export function settingsOf(url: string): Record<string, string> {
  return {
    MILLRACE_DATABASE_URL: url,
    MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
    MILLRACE_PARTITIONS: String(partitions),
  };
}

const ofFolders = new Map<string, string>();

/** The settings of a program in a process of its own with this data folder, in place of the folder's SQLite database. */
export function settingsOfFolder(dir: string | undefined): Record<string, string> {
  if (!isOnPostgres() || dir === undefined) return {};
  let name = ofFolders.get(dir);
  if (name === undefined) {
    name = nextName();
    // In another process, since a test starts its program without waiting.
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]);
    ofFolders.set(dir, name);
  }
  return settingsOf(urlOf(name));
}

async function onServer(statement: string): Promise<void> {
  await using admin = openPostgres({ url: urlOf('postgres') });
  await admin.read(statement);
}

function urlOf(name: string): string {
  const url = new URL(server() ?? '');
  url.pathname = name;
  return url.href;
}

/** Whether a database is on the server of this run. */
export const isOfRun = (url: string): boolean => isOnPostgres() && url === urlOf(new URL(url).pathname);

const nextName = () => `test_${process.pid}_${++count}`;

// Without a wait at the top level: the files of a group that share such a module lose their tests to each other. An error ends the process.
if (import.meta.main) void onServer(`CREATE DATABASE ${process.argv[2]}`);
