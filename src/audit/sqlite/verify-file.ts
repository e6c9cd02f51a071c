import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databaseName, isOurDatabase, readRows, schemaVersion } from '../../sqlite/database-file.ts';
import { type ChainedRow, type Link, type Verdict, verifyChain } from '../chain.ts';

/** The schema version that added the trail. */
const since = 3;

/**
 * Whether the audit trail in a data folder or a backup is one unbroken chain that contains the `known` heads. Works
 * while a server is running on the folder, and without a key. Throws an Error of one sentence when there is no trail to
 * check.
 */
export function verifyFile(path: string, known: readonly Link[] = []): Verdict {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, databaseName) : path;
  if (!existsSync(file) || !isOurDatabase(file)) throw new Error(`${path} contains no Millrace database.`);
  if (schemaVersion(file) < since) throw new Error(`${file} is older than the audit trail; start Millrace on it once.`);
  let number = 0;
  function* rows(): Generator<ChainedRow> {
    for (const row of readRows<ChainedRow>(file, 'SELECT number, body, hash FROM audit_entry ORDER BY number')) {
      number = row.number;
      yield row;
    }
  }
  try {
    const verdict = verifyChain(rows(), known);
    if (!verdict.ok) return verdict;
    // The search columns must match the entries.
    const [check] = readRows<{ integrity_check: string }>(file, `PRAGMA integrity_check('audit_entry')`);
    if (check?.integrity_check === 'ok') return verdict;
    return { ok: false, number, problem: `the database is damaged (${check?.integrity_check})` };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { ok: false, number: number + 1, problem: `the database is damaged (${said})` };
  }
}
