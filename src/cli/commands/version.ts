import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** `millrace version`. */
export function versionCommand(command: Command, { deps, output }: Context) {
  command
    .command('version')
    .description('show the versions of Millrace and Node.js')
    .action(() => {
      if (output.format === 'table') output.line(`millrace ${deps.version} (Node.js ${process.versions.node})`);
      else output.value({ version: deps.version, node: process.versions.node });
    });
}
