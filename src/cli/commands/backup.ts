import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** `millrace backup` and `millrace restore`. A backup never contains the encryption key. */
export function backupCommands(command: Command, { configure, withSettings, output }: Context) {
  withSettings(command.command('backup'), ['dataDir'])
    .argument('<file>', 'file to write; must not exist')
    .description('copy the database to a file while the server runs (back up the encryption key separately)')
    .action(async (file: string, options) => {
      await configure(options).backup(file);
      output.line(`backed up to ${file}`);
    });

  withSettings(command.command('restore'), ['dataDir'])
    .argument('<file>', 'a backup')
    .option('--force', 'replace an existing database')
    .option('--hold', 'hold all deliveries from the next start on, until a person releases them')
    .description('restore a backup into the data folder of a stopped server')
    .action(async (file: string, { force = false, hold = false, ...options }) => {
      const program = configure(options);
      await program.restore(file, { force, hold });
      output.line(`restored ${file} into ${program.settings.dataDir}`);
      if (hold)
        output.line('All deliveries will be held. To release them: millrace settings set deliveries.held false');
    });
}
