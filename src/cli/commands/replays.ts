import type { Command } from 'commander';
import type { CallInput } from '../../client/client.ts';
import type { Replay } from '../../contract/records/replay.ts';
import { type Context, choice, count, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Column } from '../output.ts';
import type { PlaceOptions, Server } from '../server.ts';

/** `millrace replays plan|run|list|get|pause|resume|cancel`. */
export function replayCommands(command: Command, { server, output }: Context) {
  const group = command.command('replays').description('send past deliveries or events again');
  const described = (one: Command) =>
    one
      .addOption(choice('--of <what>', 'what to send again', ['deliveries', 'events']).default('deliveries'))
      .option('--id <ids...>', 'only these deliveries or events')
      .addOption(
        choice('--status <status>', 'deliveries: only this status', [
          'delivered',
          'failed',
          'skipped',
          'cancelled',
          'held',
        ]),
      )
      .option('--error <kind>', 'deliveries: only this kind of error')
      .option('--action <name>', 'deliveries: only of this action (id or name)')
      .option('--destination <name>', 'deliveries: only to this destination (id or Connection/Destination)')
      .option('--connection <name>', 'deliveries: only over this connection (id or name)')
      .option('--replay <id>', 'deliveries: only those of this replay')
      .option('--event <name>', 'events: only of this name')
      .option('--visitor <id>', 'events: only of this visitor')
      .option('--after <time>', 'only from this time on (RFC 3339)')
      .option('--before <time>', 'only before this time')
      .addOption(
        choice('--only <which>', 'only failed or only undelivered ones, or all', ['failed', 'undelivered', 'all']),
      )
      .option('--to-action <name>', 'events: through this action')
      .option('--to-destination <name>', 'to this destination instead')
      .option('--ignore-rules', "events: include those that the action's rules don't match (needs Manage Actions)")
      .addOption(choice('--body <which>', 'deliveries: the body sent before, or a new render', ['original', 'current']))
      .option('--new-key', 'deliveries: new idempotency keys')
      .option('--rate <number>', 'maximum per second', rate)
      .addOption(choice('--order <which>', 'order of sending', ['oldest', 'newest']));

  described(group.command('plan').description('count the deliveries of a replay without sending them')).action(
    async (options: Options) => {
      const body = await bodyFrom(options, server());
      output.value(await server().call('createReplay', { body: { ...body, plan: true } }));
    },
  );

  described(group.command('run').description('start a replay'))
    .option('--name <text>', 'name of the replay')
    .option('--reason <text>', 'reason for the replay')
    .action(async (options: Options & { name?: string; reason?: string }) => {
      const body = await bodyFrom(options, server());
      const { name, reason } = options;
      output.value(await server().call('createReplay', { body: { ...body, name, reason } }));
    });

  subcommand(group, 'list', 'list replays, newest first')
    .option('--limit <number>', 'maximum number', count, 50)
    .action(async ({ limit }: { limit: number }) => output.rows(await server().items(limit, 'listReplays'), columns));

  subcommand(group, 'get', 'show a replay with its progress', ['<id>', 'id of a replay']).action(async (id: string) =>
    output.value(await server().call('getReplay', { params: { id } })),
  );

  const moves = [
    ['pause', 'pauseReplay', 'pause a replay'],
    ['resume', 'resumeReplay', 'resume a paused replay'],
    ['cancel', 'cancelReplay', 'cancel a replay'],
  ] as const;
  for (const [move, routeId, description] of moves)
    subcommand(group, move, description, ['<id>', 'id of a replay']).action(async (id: string) =>
      output.line(`${id} ${(await server().call(routeId, { params: { id } })).state}`),
    );
}

type Options = PlaceOptions & {
  of: 'deliveries' | 'events';
  id?: string[];
  status?: string;
  error?: string;
  replay?: string;
  event?: string;
  visitor?: string;
  after?: string;
  before?: string;
  only?: string;
  toAction?: string;
  toDestination?: string;
  ignoreRules?: boolean;
  body?: string;
  newKey?: boolean;
  rate?: number;
  order?: string;
};

/** The options as the body of the request; the server rejects invalid values and combinations. */
async function bodyFrom(options: Options, server: Server) {
  const isOfEvents = options.of === 'events';
  const filter = {
    status: options.status,
    errorKind: options.error,
    ...(await server.idsOf({
      action: options.action,
      destination: options.destination,
      connection: options.connection,
    })),
    replayId: options.replay,
    name: options.event,
    visitorId: options.visitor,
    [isOfEvents ? 'receivedAfter' : 'createdAfter']: options.after,
    [isOfEvents ? 'receivedBefore' : 'createdBefore']: options.before,
  };
  const to = {
    actionId: await server.idOf('action', options.toAction),
    destinationId: await server.idOf('destination', options.toDestination),
    ignoreRules: options.ignoreRules,
  };
  const hasTo = Object.values(to).some((value) => value !== undefined);
  const body = {
    of: options.of,
    ...(options.id === undefined ? { filter } : { ids: options.id }),
    ...(hasTo ? { to } : {}),
    only: options.only,
    body: options.body,
    keepIdempotencyKey: options.newKey === true ? false : undefined,
    ratePerSecond: options.rate,
    order: options.order,
  };
  return body as CallInput<'createReplay'>['body'];
}

const columns: Column<Replay>[] = [
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
  ['STATE', (one) => one.state],
  ['DONE', (one) => one.progress.done],
  ['FAILED', (one) => one.progress.failed],
  ['SKIPPED', (one) => one.progress.skipped],
  ['TOTAL', (one) => one.progress.total],
  ['BY', (one) => one.startedBy],
  ['CREATED', (one) => one.createdAt],
];

function rate(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value <= 0) throw new CommandError(exitCodes.usage, `"${text}" must be a positive number.`);
  return value;
}
