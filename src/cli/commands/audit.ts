import type { Command } from 'commander';
import { type AuditEntry, auditEntry } from '../../contract/records/audit.ts';
import { type Context, choice, count, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Column } from '../output.ts';

const { act, kind, result } = auditEntry.shape;

/** `millrace audit list|verify`. */
export function auditCommands(command: Command, { server, configure, withSettings, output }: Context) {
  const group = command.command('audit').description('list and verify the audit trail');

  subcommand(group, 'list', 'list entries, newest first')
    .addOption(choice('--act <act>', 'only this act', act.options))
    .addOption(choice('--kind <kind>', 'only changes of this kind of thing', kind.options))
    .option('--id <id>', 'only changes of the thing with this id')
    .option('--principal <name>', 'only by the person or token with this name or id')
    .addOption(choice('--result <result>', 'only with this result', result.options))
    .option('--after <time>', 'only from this time on (RFC 3339)')
    .option('--before <time>', 'only before this time')
    .option('--limit <number>', 'maximum number', count, 50)
    .action(async ({ limit, after, before, ...filters }) => {
      const query = { ...filters, createdAfter: after, createdBefore: before };
      output.rows(await server().items(limit, 'listAudit', { query }), columns);
    });

  const words = 'verify the hash chain without the server; exit code 1 and the entry number if it is broken';
  const file = ['[file]', 'a backup or a data folder; default: where the server keeps its data'] as const;
  withSettings(subcommand(group, 'verify', words, file), ['dataDir', 'databaseUrl'])
    .option('--head <number:hash...>', 'heads noted earlier, which the trail must contain')
    .action(async (file: string | undefined, { head = [], ...options }) => {
      const verdict = await configure(options).verifyAudit(file ?? null, head.map(readHead));
      if (!verdict.ok)
        throw new CommandError(
          exitCodes.failed,
          `The audit trail is broken at entry ${verdict.number}: ${verdict.problem}.`,
        );
      const { number, hash } = verdict.head;
      output.line(`ok: ${verdict.count} entries from number ${verdict.first}, head ${number}:${hash}`);
    });
}

function readHead(text: string) {
  const [, number, hash = ''] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (number === undefined)
    throw new CommandError(exitCodes.usage, `"${text}" must be a head as verify prints it: number:hash.`);
  return { number: Number(number), hash };
}

const columns: Column<AuditEntry>[] = [
  ['NUMBER', (one) => one.number],
  ['TIME', (one) => one.createdAt],
  ['WHO', (one) => one.principal],
  ['FROM', (one) => one.address],
  ['ACT', (one) => one.act],
  ['KIND', (one) => one.kind],
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
  ['RESULT', (one) => one.code ?? one.result],
  ['CHANGED', (one) => one.changes.map(({ pointer }) => pointer || '/').join(' ')],
];
