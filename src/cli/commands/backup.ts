import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** `millrace backup` and `millrace restore`. A backup never contains the encryption key. */
export function backupCommands(command: Command, { configure, withSettings, output }: Context) {
  withSettings(command.command('backup'), ['dataDir'])
    .argument('<file>', 'file to write; must not exist')
    .description('copy the database to a file while the server runs (back up the encryption key separately)')
    .action(async (file: string, options) => {
      const program = configure(options);
      if (program.settings.databaseUrl !== null)
        throw ofPostgres(`Back it up with pg_dump --format=custom --file=${file} "$MILLRACE_DATABASE_URL"`);
      await program.backup(file);
      output.line(`backed up to ${file}`);
    });

  withSettings(command.command('restore'), ['dataDir'])
    .argument('<file>', 'a backup')
    .option('--force', 'replace an existing database')
    .option('--hold', 'hold all deliveries from the next start on, until a person releases them')
    .description('restore a backup into the data folder of a stopped server')
    .action(async (file: string, { force = false, hold = false, ...options }) => {
      const program = configure(options);
      if (program.settings.databaseUrl !== null)
        throw ofPostgres(
          `Restore it into an empty database with pg_restore --no-owner --dbname="$MILLRACE_DATABASE_URL" ${file} && millrace start --held`,
        );
      await program.restore(file, { force, hold });
      output.line(`restored ${file} into ${program.settings.dataDir}`);
      if (hold)
        output.line('All deliveries will be held. To release them: millrace settings set deliveries.held false');
    });
}

const ofPostgres = (instead: string) =>
  new CommandError(exitCodes.usage, `MILLRACE_DATABASE_URL is set: the data is in PostgreSQL. ${instead}`);
