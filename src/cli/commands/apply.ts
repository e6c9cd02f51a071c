import { readFile } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { type Kind, kindNames } from '../kinds.ts';
import { type Manifest, manifestsIn } from '../manifest.ts';

/** Creates or replaces the documents of the files: connections first, then destinations, then actions. */
export async function applyFiles(files: string[], kind: Kind | null, { deps, output, server }: Context): Promise<void> {
  const manifests: Manifest[] = [];
  for (const file of files) {
    const text = file === '-' ? await deps.readStdin() : await readText(file);
    manifests.push(...manifestsIn(text, { file, kind, env: deps.env, readSecret: readText }));
  }
  const remote = server();
  const rows: { change: string; kind: Kind; name: string; id: string }[] = [];
  try {
    for (const manifest of manifests.toSorted((a, b) => kindNames.indexOf(a.kind) - kindNames.indexOf(b.kind))) {
      const body = await manifest.body();
      try {
        const { document, change } = await remote.apply(manifest.kind, manifest.name, body);
        rows.push({ change, kind: manifest.kind, name: manifest.name, id: document.id });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        throw new CommandError(error.exitCode, `${manifest.kind} ${manifest.name}: ${error.message}`, { cause: error });
      }
    }
  } finally {
    // Documents applied before a refused one stay applied; print them.
    if (rows.length > 0) {
      output.rows(rows, [
        ['CHANGE', (row) => row.change],
        ['KIND', (row) => row.kind],
        ['NAME', (row) => row.name],
        ['ID', (row) => row.id],
      ]);
    }
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new CommandError(exitCodes.usage, `${path} can't be read (${code}).`, { cause: error });
  }
}
