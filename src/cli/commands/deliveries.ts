import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type Delivery, deliveryStatus } from '../../contract/records/delivery.ts';
import type { Context } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Column } from '../output.ts';
import type { Server } from '../server.ts';

const tailEveryMs = 1_000;

/** `millrace deliveries list|get|retry|tail`. */
export function deliveryCommands(command: Command, { deps, server, output }: Context) {
  const group = command.command('deliveries').description('list, retry and follow deliveries');
  const filtered = (one: Command) =>
    one
      .addOption(new Option('--status <status>', 'only this status').choices(deliveryStatus.options))
      .option('--action <name>', 'only of this action (id or name)')
      .option('--destination <name>', 'only to this destination (id or Connection/Destination)')
      .option('--connection <name>', 'only over this connection (id or name)')
      .option('--event <id>', 'only of this event')
      .option('--batch <id>', 'only deliveries of this batch (batchId of an attempt)');

  filtered(group.command('list').description('list deliveries, newest first'))
    .option('--limit <number>', 'maximum number', count, 50)
    .action(async (options: FilterOptions & { limit: number }) => {
      const rows: Delivery[] = [];
      for await (const one of server().deliveries(await filtersFrom(options, server()))) {
        if (rows.push(one) >= options.limit) break;
      }
      output.rows(rows, columns);
    });

  group
    .command('get')
    .argument('<id>', 'id of a delivery')
    .description('show a delivery with its attempts')
    .action(async (id: string) => output.value(await server().delivery(id)));

  group
    .command('retry')
    .argument('<id...>', 'ids of deliveries')
    .option('--render', 'render with the current template instead of sending the stored body')
    .description('send deliveries again now')
    .action(async (ids: string[], { render = false }: { render?: boolean }) => {
      for (const id of ids) {
        const { status } = await server().retry(id, { render });
        output.line(`${id} ${status}`);
      }
    });

  filtered(group.command('tail').description('follow deliveries until Ctrl-C; each change is a line'))
    .option('--for <seconds>', 'stop after this many seconds', count)
    .action(async (options: FilterOptions & { for?: number }) => {
      using asked = deps.untilSignal();
      const ended = new AbortController();
      const end = () => ended.abort();
      asked.signal.then(end);
      if (options.for !== undefined) sleep(options.for * 1_000, null, { signal: ended.signal }).then(end, () => {});
      const filters = await filtersFrom(options, server());
      await tail(server(), {
        filters,
        since: deps.now(),
        show: (one) => output.line(tailLine(one)),
        ended: ended.signal,
      });
    });
}

type FilterOptions = {
  status?: string;
  action?: string;
  destination?: string;
  connection?: string;
  event?: string;
  batch?: string;
};

async function filtersFrom(options: FilterOptions, server: Server) {
  const { status, action, destination, connection, event, batch } = options;
  return {
    status,
    actionId: action && (await server.find('action', action)).id,
    destinationId: destination && (await server.find('destination', destination)).id,
    connectionId: connection && (await server.find('connection', connection)).id,
    eventId: event,
    batchId: batch,
  };
}

type Tail = {
  filters: Awaited<ReturnType<typeof filtersFrom>>;
  since: number;
  show(delivery: Delivery): void;
  ended: AbortSignal;
};

/** Polls the newest deliveries every second and prints those with a new state. */
async function tail(server: Server, { filters, since, show, ended }: Tail): Promise<void> {
  let shown = new Map<string, string>();
  while (!ended.aborted) {
    const now = new Map<string, string>();
    const fresh: Delivery[] = [];
    for await (const one of server.deliveries({ ...filters, createdAfter: new Date(since).toISOString() })) {
      const state = `${one.status} ${one.reason} ${one.attempts}`;
      now.set(one.id, state);
      if (shown.get(one.id) !== state) fresh.push(one);
      if (now.size >= 200) break;
    }
    shown = now;
    for (const one of fresh.reverse()) show(one);
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

/** A positive whole number from the command line. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new CommandError(exitCodes.usage, `"${text}" must be a positive whole number.`);
  return Number(text);
}
