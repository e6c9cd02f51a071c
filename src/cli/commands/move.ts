import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** `millrace move`: all data to the other engine. */
export function moveCommand(command: Command, { deps, configure, withSettings, output }: Context) {
  withSettings(command.command('move'), ['dataDir', 'databaseUrl', 'secretKey', 'partitions'])
    .option('--to <place>', 'an empty PostgreSQL database (postgres://…), or a folder without a database')
    .option('--undo', 'let a start use the source of a move again')
    .description('move all data of a stopped server to PostgreSQL, or back to a data folder')
    .action(async ({ to, undo = false, ...options }) => {
      if (undo === (to !== undefined)) throw new CommandError(exitCodes.usage, 'Give either --to or --undo.');
      const program = configure(options);
      if (undo) {
        const went = await program.undoMove();
        output.line(
          went === null ? 'This data was not moved.' : `A start uses this data again. Do not start ${went} too.`,
        );
        return;
      }
      const { to: place, moved } = await program.move(to, (text) => deps.stderr.write(`${text}\n`));
      if (moved === null) {
        output.line(`The move to ${place} was complete already.`);
        return;
      }
      output.rows(moved, [
        ['KIND', (one) => one.kind],
        ['READ', (one) => one.from.count],
        ['CHECKSUM', (one) => one.from.checksum],
        ['STORED', (one) => one.to.count],
        ['CHECKSUM', (one) => one.to.checksum],
      ]);
      output.line(`moved to ${place}; a start on the old data refuses from now on (undo: millrace move --undo)`);
    });
}
