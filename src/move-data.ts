import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { MoveReport } from './cli/program.ts';
import type { Config } from './config/settings.ts';
import { assertEmpty, moveToPostgres } from './move/to-postgres.ts';
import { livingNodes, moveToSqlite } from './move/to-sqlite.ts';
import { postgresNotes } from './notes/postgres/postgres-notes.ts';
import { assertLatestSchema } from './postgres/facts.ts';
import { hasHoldMark } from './postgres/hold-mark.ts';
import { migrate } from './postgres/migrate.ts';
import { moveIdOf, moveMark, setMoveMark } from './postgres/move-mark.ts';
import { openPostgres } from './postgres/postgres.ts';
import { shownUrl } from './postgres/shown-url.ts';
import { configuredKeys } from './secrets/keys.ts';
import { sealer } from './secrets/sealer.ts';
import { databaseFile } from './sqlite/database-file.ts';
import { lockFolder } from './sqlite/folder-lock.ts';
import { hasHoldMark as folderIsHeld, setHoldMark } from './sqlite/hold-mark.ts';
import { setMoveMark as markFolder, moveMark as markOfFolder } from './sqlite/move-mark.ts';
import { createTarget, installTarget, moveIdOf as moveIdOfFolder, openSource } from './sqlite/moved-database.ts';
import { checkKeys } from './storage/key-check.ts';
import { checkKey } from './storage/postgres-key.ts';

/** Statements of a move take as long as they need. */
const statementMs = 3_600_000;
const connectionsMax = { writes: 2, reads: 1 };

type Progress = (text: string) => void;

/**
 * Moves the data of the configured engine to the other one: `to` is the URL of an empty PostgreSQL database, or a folder without a
 * database. Throws an Error of one sentence. The source is only read, but for the mark that makes a start refuse.
 */
export async function moveData(config: Config, to: string, progress: Progress): Promise<MoveReport> {
  const isUrl = /^postgres(ql)?:\/\//.test(to);
  if (isUrl !== (config.databaseUrl === null))
    throw new Error(
      isUrl
        ? 'MILLRACE_DATABASE_URL is set, so that PostgreSQL is the source: --to must be a data folder.'
        : '--to must be the URL of a PostgreSQL database (postgres://…); to move to a folder, set MILLRACE_DATABASE_URL.',
    );
  return isUrl ? folderToPostgres(config, to, progress) : postgresToFolder(config, resolve(to), progress);
}

/** Takes the mark of a move off the configured source, which a start then uses again. Returns where its data went; null: nowhere. */
export async function undoMove({ databaseUrl, dataDir }: Config): Promise<string | null> {
  if (databaseUrl === null) {
    using _ = lockFolder(dataDir);
    const mark = markOfFolder(dataDir);
    markFolder(dataDir, null);
    return mark?.to ?? null;
  }
  await using postgres = openPostgres({ url: databaseUrl.reveal(), connectionsMax });
  const mark = await moveMark(postgres.query);
  await setMoveMark(postgres.query, null);
  return mark?.to ?? null;
}

async function folderToPostgres(config: Config, url: string, progress: Progress): Promise<MoveReport> {
  const { dataDir, partitions } = config;
  const seals = sealerOf(config, dataDir);
  using _ = lockFolder(dataDir);
  const mark = nextMark(markOfFolder(dataDir), shownUrl(url));
  using database = openSource(dataDir);
  checkKeys(databaseFile(dataDir), config);
  await using postgres = openPostgres({ url, connectionsMax, writeMs: statementMs });
  await migrate(postgres);
  if ((await moveIdOf(postgres.query)) === mark.id) return { to: mark.to, moved: null };
  await assertEmpty(postgres.query);
  markFolder(dataDir, mark);
  const moved = await moveToPostgres({
    ...{ database, postgres, id: mark.id, partitions, isHeld: folderIsHeld(dataDir), now: Date.now(), progress },
    within: (query) => checkKey(postgresNotes({ query, read: query }), seals),
  });
  return { to: mark.to, moved };
}

async function postgresToFolder(config: Config, dir: string, progress: Progress): Promise<MoveReport> {
  const seals = sealerOf(config, dir);
  const url = config.databaseUrl?.reveal() ?? '';
  await using postgres = openPostgres({ url, connectionsMax, writeMs: statementMs });
  const { query } = postgres;
  await assertLatestSchema(postgres);
  await checkKey(postgresNotes(postgres), seals);
  using _ = lockFolder(dir);
  const before = await moveMark(query);
  const mark = nextMark(before, dir);
  const movedBy = moveIdOfFolder(dir);
  if (movedBy === mark.id) return { to: dir, moved: null };
  if (movedBy !== null) throw new Error(`${dir} has a database already; name another folder.`);
  // No node starts from now on.
  await setMoveMark(query, mark);
  const living = await livingNodes(query);
  if (living.length > 0) {
    await setMoveMark(query, before);
    throw new Error(`Nodes are running: ${living.join(', ')}. Stop them first.`);
  }
  const database = createTarget(dir);
  try {
    const moved = await moveToSqlite({ postgres, database, id: mark.id, now: Date.now(), progress });
    const late = await livingNodes(query);
    if (late.length > 0)
      throw new Error(`Nodes have started during the move: ${late.join(', ')}. Stop them, and move again.`);
    database.close();
    if (await hasHoldMark(query)) setHoldMark(dir);
    installTarget(dir);
    return { to: dir, moved };
  } finally {
    if (database.isOpen) database.close();
  }
}

/** The mark of this move: the same as that of an interrupted one to the same place. */
function nextMark(mark: { id: string; to: string; at: string } | null, to: string) {
  if (mark === null) return { id: randomUUID(), to, at: new Date().toISOString() };
  if (mark.to !== to)
    throw new Error(`The data is marked as moved to ${mark.to}; millrace move --undo takes that mark off.`);
  return mark;
}

function sealerOf({ secretKey }: Pick<Config, 'secretKey'>, dir: string) {
  if (secretKey === null)
    throw new Error(
      `PostgreSQL needs MILLRACE_SECRET_KEY, the key of stored secrets: that of a data folder is the text of ${dir}/secret.key.`,
    );
  return sealer(configuredKeys(secretKey.reveal()));
}
