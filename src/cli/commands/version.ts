import type { Command } from 'commander';
import { type Context, subcommand } from '../context.ts';

/** `millrace version`. */
export function versionCommand(command: Command, { deps, output }: Context) {
  subcommand(command, 'version', 'show the versions of Millrace and Node.js').action(() => {
    const { version } = deps;
    const { node } = process.versions;
    output.result({ version, node }, `millrace ${version} (Node.js ${node})`);
  });
}
