import type { Command } from 'commander';
import { ClientError } from '../../client/client.ts';
import { ConfigurationFileError, configurationFile, readConfiguration } from '../../client/configuration-file.ts';
import type { ImportStep, TransferDocument } from '../../contract/documents/transfer.ts';
import type { TransferKind } from '../../contract/documents/transfer-kinds.ts';
import { type Context, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { importDocuments } from '../import.ts';
import type { Column } from '../output.ts';
import { yaml } from '../yaml.ts';

const files = ['<file...>', 'YAML or JSON files; - is the standard input'] as const;

/** `millrace plan`, `apply` and `export`. */
export function transferCommands(command: Command, context: Context) {
  subcommand(command, 'plan', 'show what apply would create and change', files).action((names: string[]) =>
    planFiles(names, context),
  );
  subcommand(
    command,
    'apply',
    'create or replace the documents in files, of any kind: all of them, or none when one has a problem',
    files,
  ).action((names: string[]) => applyFiles(names, null, context));
  command
    .command('export')
    .description('print documents for apply, with names instead of ids and without secrets')
    .option('--kind <kinds>', 'only these kinds, separated by commas; otherwise all that the token can view')
    .option('--id <ids>', 'only the documents with these ids, and the destinations of connections with them')
    .action(async (query: { kind?: string; id?: string }) => {
      const { documents } = await context.server().call('exportConfiguration', { query });
      context.output.value(configurationFile(documents));
    });
}

/** Creates or replaces the documents of files. `kind`: the kind of documents that name none. */
export async function applyFiles(names: string[], kind: TransferKind | null, context: Context): Promise<void> {
  const { documents, problemsOf } = await documentsOf(names, kind, context);
  const steps = await importDocuments({ documents }, context).catch((error) => refused(error, problemsOf));
  const all = steps.map(({ change, kind, name, id }) => ({ change: done[change], kind, name, id }));
  showRows(all, (row) => row.change !== 'unchanged', context, [
    ['CHANGE', (row) => row.change],
    ['KIND', (row) => row.kind],
    ['NAME', (row) => row.name],
    ['ID', (row) => row.id],
  ]);
}

/** All rows as data; in a table, the number of unchanged documents instead of their rows. */
function showRows<Row>(
  all: readonly Row[],
  isChanged: (row: Row) => boolean,
  { output }: Context,
  columns: readonly Column<Row>[],
): void {
  const shown = output.format === 'table' ? all.filter(isChanged) : all;
  if (shown.length > 0 || output.format !== 'table') output.rows(shown, columns);
  const same = all.length - shown.length;
  if (same > 0) output.line(`unchanged: ${same} ${same === 1 ? 'document' : 'documents'}`);
}

const done = { create: 'created', update: 'changed', none: 'unchanged' } as const;

async function planFiles(names: string[], context: Context): Promise<void> {
  const { documents, problemsOf } = await documentsOf(names, null, context);
  const steps = await importDocuments({ documents, dryRun: true }, context);
  if (context.output.format !== 'table') context.output.value(steps);
  else {
    const rows = steps.flatMap((step): (Partial<ImportStep> & { detail?: string })[] => [
      step,
      ...problemsOf(step).map((problem) => ({ detail: `problem: ${problem}` })),
      ...detailsOf(step).map((detail) => ({ detail })),
    ]);
    showRows(rows, ({ change }) => change !== 'none', context, [
      ['CHANGE', ({ change }) => change ?? ''],
      ['KIND', ({ kind }) => kind ?? ''],
      ['NAME', ({ name, detail }) => name ?? `  ${detail}`],
    ]);
  }
  if (steps.some(({ problems }) => problems.length > 0)) context.endWith(exitCodes.refused);
}

function detailsOf({ change, warnings, diff }: ImportStep): string[] {
  const shown = (value: unknown) => (value === undefined ? '–' : JSON.stringify(value));
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    // A new document is one change; its fields are in the file.
    ...(change === 'update' ? diff : []).map(
      ({ pointer, before, after }) => `${pointer}: ${shown(before)} → ${shown(after)}`,
    ),
  ];
}

/** The error of a refused import, by document. */
function refused(error: unknown, problemsOf: ProblemsOf): never {
  const cause = error instanceof CommandError ? error.cause : null;
  const steps = cause instanceof ClientError ? cause.problem['steps'] : undefined;
  if (!(error instanceof CommandError) || steps === undefined) throw error;
  const lines = (steps as ImportStep[]) // by the route
    .flatMap((step) => problemsOf(step).map((problem) => `${step.kind} ${step.name}: ${problem}`));
  throw new CommandError(error.exitCode, `${lines.join('\n')}\nNothing was changed.`, { cause: error });
}

/** The problems of a document as lines, with their places in the files. */
type ProblemsOf = (step: ImportStep) => string[];

async function documentsOf(
  names: string[],
  kind: TransferKind | null,
  context: Context,
): Promise<{ documents: TransferDocument[]; problemsOf: ProblemsOf }> {
  const documents: TransferDocument[] = [];
  const places: ((step: ImportStep, pointer: string) => string | null)[] = [];
  for (const file of names) {
    const text = await context.read(file);
    try {
      const read = readConfiguration(text, yaml(), kind);
      for (const document of read.documents) documents.push((await withSecrets(document, context)) as TransferDocument); // an object stays one
      places.push((step, pointer) => {
        const place = read.placeOf(step, pointer);
        return place === null ? null : `${file === '-' ? '<stdin>' : file}:${place.line}:${place.col}`;
      });
    } catch (error) {
      if (!(error instanceof ConfigurationFileError)) throw error;
      const from = file === '-' ? 'The standard input' : file;
      throw new CommandError(exitCodes.usage, `${from}: ${error.message}`, { cause: error });
    }
  }
  const placeOf = (step: ImportStep, pointer: string) =>
    places.map((one) => one(step, pointer)).find((at) => at !== null);
  return {
    documents,
    problemsOf: (step) =>
      step.problems.map(({ pointer, detail }) =>
        [placeOf(step, pointer), pointer, detail].filter((part) => part !== undefined && part !== '').join(': '),
      ),
  };
}

/** A value with `{ref: "env:NAME"}` and `{ref: "file:/path"}` replaced by the secrets on this machine. */
async function withSecrets(value: unknown, context: Context): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withSecrets(item, context)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[only, ref] = []] = entries;
  if (entries.length === 1 && only === 'ref' && typeof ref === 'string') return secretAt(ref, context);
  const read = entries.map(async ([key, item]) => [key, await withSecrets(item, context)] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function secretAt(ref: string, { deps, read }: Context): Promise<string> {
  const [, scheme, place = ''] = /^(env|file):(.+)$/.exec(ref) ?? [];
  if (scheme === 'file') return (await read(place)).replace(/\r?\n$/, '');
  if (scheme !== 'env') throw new ConfigurationFileError(`"${ref}" must be env:NAME or file:/path.`);
  const text = deps.env[place];
  if (text === undefined) throw new ConfigurationFileError(`${ref}: this variable is not set.`);
  return text;
}
