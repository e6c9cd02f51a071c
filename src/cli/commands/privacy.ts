import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Erasure } from '../../contract/records/erasure.ts';
import { type Context, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

const lookEveryMs = 500;

/** `millrace privacy erase`. */
export function privacyCommands(command: Command, { deps, server, output }: Context) {
  const group = command.command('privacy').description('manage the stored data of visitors');

  subcommand(group, 'erase', 'erase the stored data of a visitor in the background, and wait until it is erased')
    .option('--visitor <id>', 'visitor id')
    .option('--parameter <name>', 'or a parameter of the events')
    .option('--value <text>', 'value of the parameter')
    .option('--dry-run', 'only count')
    .action(async ({ visitor, parameter, value, dryRun = false }) => {
      if ((visitor === undefined) === (parameter === undefined || value === undefined))
        throw new CommandError(exitCodes.usage, 'Give --visitor, or --parameter and --value.');
      const whose = visitor === undefined ? { parameter, value } : { visitorId: visitor };
      const shown = await whileRunning(await server().call('eraseVisitor', { body: { ...whose, dryRun } }));
      const { state, code, counts } = shown;
      const { events, deliveries, unfinished } = counts;
      const what = `events: ${events}, deliveries: ${deliveries} (unfinished: ${unfinished})`;
      output.result(shown, `${state === 'planned' ? 'would erase' : 'erased'} ${what}; code ${code}`);
    });

  async function whileRunning(begun: Erasure): Promise<Erasure> {
    let shown = begun;
    while (shown.state === 'running' && shown.id !== null) {
      deps.stderr.write(`${shown.counts.events} events … ${shown.waitsFor ?? ''}\n`);
      await setTimeout(lookEveryMs);
      shown = await server().call('getErasure', { params: { id: shown.id } });
    }
    return shown;
  }
}
