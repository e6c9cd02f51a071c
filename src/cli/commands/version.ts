import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** `millrace version`. */
export function versionCommand(command: Command, { deps, output }: Context) {
  command
    .command('version')
    .description('show the version of the program and of Node.js')
    .action(() => {
      if (output.format === 'table') output.line(`millrace ${deps.version} (Node.js ${process.versions.node})`);
      else output.value({ version: deps.version, node: process.versions.node });
    });
}
