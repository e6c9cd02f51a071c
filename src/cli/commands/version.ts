import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** `millrace version`. */
export function versionCommand(command: Command, { deps, output }: Context) {
  command
    .command('version')
    .description('show the versions of Millrace and Node.js')
    .action(() => {
      const { version } = deps;
      const { node } = process.versions;
      output.result({ version, node }, `millrace ${version} (Node.js ${node})`);
    });
}
