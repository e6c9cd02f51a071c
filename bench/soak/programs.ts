import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildBundle, isBundleFresh, folder as own } from '../../scripts/bundle.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** As one of a later version: it expands a table that every node writes all the time, and adds another one. */
const migration = `-- Of a soak: what a later version could add.
ALTER TABLE node ADD COLUMN soak integer NOT NULL DEFAULT 0;
CREATE TABLE soak (number bigint PRIMARY KEY);
`;

/** Two programs for a rolling upgrade, as files that Node.js runs. */
export type Programs = { older: string; newer: string } & Disposable;

/**
 * Builds the program, and a newer one that has one more migration. The older one is that of a commit, which is built in a folder of
 * its own, or the same without the migration.
 */
export async function buildPrograms(commit?: string): Promise<Programs> {
  using made = new DisposableStack();
  if (!isBundleFresh()) await buildBundle();
  // Beside the other one, from where it finds its packages.
  const newer = mkdtempSync(join(dirname(own), 'soak-'));
  made.defer(() => rmSync(newer, { recursive: true, force: true }));
  cpSync(own, newer, { recursive: true });
  writeFileSync(join(newer, 'postgres-migrations/9999-soak.sql'), migration);
  let older = own;
  if (commit !== undefined) {
    const folder = join(mkdtempSync(join(tmpdir(), 'millrace-')), 'older');
    git('worktree', 'add', '--detach', folder, commit);
    made.defer(() => git('worktree', 'remove', '--force', folder));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const build: { buildBundle(): Promise<void> } = await import(pathToFileURL(join(folder, 'scripts/bundle.ts')).href);
    await build.buildBundle();
    older = join(folder, 'dist/program');
  }
  const stack = made.move();
  return { older: join(older, 'main.js'), newer: join(newer, 'main.js'), [Symbol.dispose]: () => stack.dispose() };
}

const git = (...args: string[]) => void execFileSync('git', args, { cwd: root, stdio: 'ignore' });
