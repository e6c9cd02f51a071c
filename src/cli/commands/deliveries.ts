import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Delivery, deliveryStatus } from '../../contract/records/delivery.ts';
import { type Context, choice, count, subcommand } from '../context.ts';
import type { Column } from '../output.ts';
import type { PlaceOptions, Server } from '../server.ts';
import { abortedBy } from '../signals.ts';

const tailEveryMs = 1_000;

/** `millrace deliveries list|get|retry|tail`. */
export function deliveryCommands(command: Command, { deps, server, output }: Context) {
  const group = command.command('deliveries').description('list, retry and follow deliveries');
  const filtered = (one: Command) =>
    one
      .addOption(choice('--status <status>', 'only this status', deliveryStatus.options))
      .option('--action <name>', 'only of this action (id or name)')
      .option('--destination <name>', 'only to this destination (id or Connection/Destination)')
      .option('--connection <name>', 'only over this connection (id or name)')
      .option('--event <id>', 'only of this event')
      .option('--batch <id>', 'only deliveries of this batch (batchId of an attempt)');

  filtered(group.command('list').description('list deliveries, newest first'))
    .option('--limit <number>', 'maximum number', count, 50)
    .action(async (options: FilterOptions & { limit: number }) => {
      const query = await queryFrom(options, server());
      output.rows(await server().items(options.limit, 'listDeliveries', { query }), columns);
    });

  subcommand(group, 'get', 'show a delivery with its attempts', ['<id>', 'id of a delivery']).action(
    async (id: string) => output.value(await server().call('getDelivery', { params: { id } })),
  );

  subcommand(group, 'retry', 'send deliveries again now', ['<id...>', 'ids of deliveries'])
    .option('--render', 'render with the current template instead of sending the stored body')
    .action(async (ids: string[], { render = false }: { render?: boolean }) => {
      for (const id of ids) {
        const { status } = await server().call('retryDelivery', { params: { id }, body: { render } });
        output.line(`${id} ${status}`);
      }
    });

  filtered(group.command('tail').description('follow deliveries until Ctrl-C; each change is a line'))
    .option('--for <seconds>', 'stop after this many seconds', count)
    .action(async (options: FilterOptions & { for?: number }) => {
      using asked = deps.untilSignal();
      const ended = abortedBy(asked.signal, options.for);
      const query = { ...(await queryFrom(options, server())), createdAfter: new Date(deps.now()).toISOString() };
      await tail(server(), query, { show: (one) => output.line(tailLine(one)), ended });
    });
}

type FilterOptions = PlaceOptions & { status?: Delivery['status']; event?: string; batch?: string };

async function queryFrom({ status, event: eventId, batch: batchId, ...places }: FilterOptions, server: Server) {
  return { status, ...(await server.idsOf(places)), eventId, batchId };
}

type Query = Awaited<ReturnType<typeof queryFrom>> & { createdAfter: string };

/** Polls the newest deliveries every second and prints those with a new state. */
async function tail(
  server: Server,
  query: Query,
  { show, ended }: { show(delivery: Delivery): void; ended: AbortSignal },
): Promise<void> {
  let shown = new Map<string, string>();
  while (!ended.aborted) {
    const newest = await server.items(200, 'listDeliveries', { query });
    const states = new Map(newest.map((one) => [one.id, `${one.status} ${one.reason} ${one.attempts}`]));
    for (const one of newest.reverse()) if (shown.get(one.id) !== states.get(one.id)) show(one);
    shown = states;
    await sleep(tailEveryMs, null, { signal: ended }).catch(() => {});
  }
}

function tailLine(one: Delivery): string {
  const why = one.reason === null ? '' : ` (${one.reason})`;
  return `${one.createdAt} ${one.id} ${one.status}${why} attempts=${one.attempts} destination=${one.destinationId}`;
}

const columns: Column<Delivery>[] = [
  ['ID', (one) => one.id],
  ['CREATED', (one) => one.createdAt],
  ['STATUS', (one) => one.status],
  ['REASON', (one) => one.reason],
  ['ATTEMPTS', (one) => one.attempts],
  ['DESTINATION', (one) => one.destinationId],
  ['NEXT', (one) => one.nextAttemptAt],
];
