import type { Command } from 'commander';
import type { Nodes } from '../../contract/records/node.ts';
import { type Context, subcommand } from '../context.ts';
import type { Column } from '../output.ts';

/** `millrace nodes`. */
export function nodesCommand(command: Command, { server, output }: Context) {
  subcommand(command, 'nodes', 'list the processes that share the database').action(async () => {
    const found = await server().call('getNodes');
    if (output.format !== 'table') return output.value(found);
    output.rows(found.nodes, columns(found.partitions));
    const { lost } = found.database;
    if (lost !== null)
      output.line(
        `The failover of ${lost.noticedAt} lost at least ${lost.events} events and ${lost.deliveries} deliveries.`,
      );
  });
}

const columns = (all: number): Column<Nodes['nodes'][number]>[] => [
  ['NAME', (one) => (one.isThis ? `${one.name} (responds)` : one.name)],
  ['STATE', (one) => one.state],
  ['PARTITIONS', (one) => `${one.partitions} of ${all}`],
  ['VERSION', (one) => one.version],
  ['STARTED', (one) => one.startedAt ?? ''],
];
