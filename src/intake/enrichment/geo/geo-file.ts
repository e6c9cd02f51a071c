import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../../../async/clock.ts';
import { Rounds } from '../../../async/rounds.ts';
import type { Telemetry } from '../../../telemetry/telemetry.ts';
import { type GeoDatabase, openGeoDatabase, type Place } from './geo-database.ts';

const checkMs = 60_000;
const bytesMax = 512 * 1_048_576;
/** Networks whose place is remembered. */
const networksMax = 10_000;

/** Finds the place of a network; what can't be found is null. */
export type PlaceOf = (network: string) => Place | null;

export interface GeoFile extends AsyncDisposable {
  placeOf: PlaceOf;
  /** Resolves when its file is not being read. */
  idle(): Promise<void>;
  /** What keeps it from being read, as a sentence; null: nothing. */
  problem(): string | null;
}

type GeoFileParts = {
  clock: Clock;
  telemetry: Pick<Telemetry, 'noticed'>;
};

/**
 * Opens a database of places, and opens it again within a minute when its file changes. A file that can't be read is a problem,
 * and the one before it stays in use.
 */
export async function openGeoFile(path: string, { clock, telemetry }: GeoFileParts): Promise<GeoFile> {
  let database: GeoDatabase | null = null;
  let seen = '';
  let problem: string | null = null;
  const places = new Map<string, Place | null>();

  function setProblem(next: string | null): void {
    if (next !== null && next !== problem) telemetry.noticed(next, { path });
    problem = next;
  }

  async function check(): Promise<void> {
    const version = await versionOf(path);
    if (version === seen) return;
    try {
      const file = await contentOf(path);
      // A file that is being written is complete later.
      if ((await versionOf(path)) !== version) return;
      database = openGeoDatabase(file);
      places.clear();
      setProblem(null);
    } catch (error) {
      setProblem(`The database of places can't be opened: ${sentenceOf(error)}`);
    }
    seen = version;
  }

  await check();
  const checks = new Rounds(clock, async () => {
    await check();
    return checkMs;
  });
  checks.request(checkMs);
  return {
    placeOf(network) {
      const known = places.get(network);
      if (known !== undefined) return known;
      if (places.size >= networksMax) places.clear();
      const place = find(network);
      places.set(network, place);
      return place;
    },
    problem: () => problem,
    idle: () => checks.idle(),
    [Symbol.asyncDispose]: () => checks[Symbol.asyncDispose](),
  };

  function find(network: string): Place | null {
    try {
      return database?.placeOf(network) ?? null;
    } catch (error) {
      setProblem(`The database of places has an entry that can't be read: ${sentenceOf(error)}`);
      return null;
    }
  }
}

/** What changes with the content of a file; a missing one has a version, too. */
async function versionOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return 'missing';
  }
}

/** Read off the main thread, in parts. */
async function contentOf(path: string): Promise<Buffer> {
  const { size } = await stat(path);
  if (size > bytesMax) throw new Error('It is larger than 512 MiB.');
  return readFile(path);
}

/** Without the path of a file, which messages of the system have: anyone can ask for problems. */
function sentenceOf(error: unknown): string {
  const { code, message } = Object(error);
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? `${code}.` : String(message);
}
