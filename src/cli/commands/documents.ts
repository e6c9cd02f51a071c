import type { Command } from 'commander';
import { type Context, subcommand } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { type Document, type Kind, kindNames, type NamedKind, nameOf } from '../kinds.ts';
import type { Column } from '../output.ts';
import { applyFiles } from './transfer.ts';

/** `millrace connections list|get|apply|delete`, and the same for every kind of document. */
export function documentCommands(command: Command, context: Context) {
  for (const kind of kindNames) oneKind(command, kind, context);
  command
    .command('deleted')
    .description('list the documents deleted in the last 30 days, newest deletion first')
    .action(async () =>
      context.output.rows(await context.server().items(listedMax, 'listDeleted'), [
        ['ID', ({ id }) => id],
        ['KIND', ({ kind }) => kind],
        ['NAME', ({ name, connection }) => (connection == null ? name : `${connection}/${name}`)],
        ['DELETED', ({ deletedAt }) => deletedAt],
        ['BY', ({ deletedBy }) => deletedBy],
      ]),
    );
}

const listedMax = 10_000;

function oneKind(command: Command, kind: Kind, context: Context) {
  const { server, output } = context;
  const many = `${kind}s`;
  const group = command.command(many).description(`list, get, apply or delete ${many}`);
  const called = kind === 'destination' ? 'id or Connection/Destination' : 'id or name';

  const list = group.command('list').description(`list ${many}, newest first`);
  if (kind === 'destination') list.argument('[connection]', 'only those of this connection (id or name)');
  list
    .option('--name <name>', 'only this name')
    .option('--status <status>', 'only this status')
    .action(async (...given) => {
      const { name, status } = list.opts<{ name?: string; status?: string }>();
      const connection = kind === 'destination' ? given[0] : undefined;
      const rows = await Array.fromAsync(server().list(kind, { name, status, connection }));
      output.rows(rows, columns[kind]);
    });

  getCommand(group, kind, called, context);
  subcommand(group, 'apply', `create or replace ${many} from files`, [
    '<file...>',
    'YAML or JSON files; - is the standard input',
  ]).action((files: string[]) => applyFiles(files, kind, context));

  if (kind === 'alert') alertTest(group, context);
  if (kind === 'connection') openingCommands(group, context);
  deleteCommand(group, kind, called, `delete ${many} that nothing uses; restore takes it back for 30 days`, context);
  subcommand(group, 'restore', `restore deleted ${many}`, ['<id...>', 'id, as the command deleted lists it']).action(
    async (ids: string[]) => {
      for (const id of ids) {
        const { name } = await server().restore(kind, id);
        output.line(`restored ${kind} ${name} (${id})`);
      }
    },
  );
}

/** `get`; with `--mine` for tokens. `called` says how an object of the kind is named. */
export function getCommand(group: Command, kind: NamedKind, called: string, { server, output }: Context) {
  const command = subcommand(group, 'get', `show one of the ${kind}s`, ['<name>', called]);
  if (kind === 'token') command.option('--mine', 'one of your own tokens (needs no right)');
  command.action(async (name: string, { mine = false }: { mine?: boolean }) =>
    output.value(await server().find(mine ? 'ownToken' : kind, name)),
  );
}

/** `delete`; with `--mine` for tokens. */
export function deleteCommand(
  group: Command,
  kind: NamedKind,
  called: string,
  description: string,
  { server, output }: Context,
) {
  const command = subcommand(group, 'delete', description, ['<name...>', called]);
  if (kind === 'token') command.option('--mine', 'your own tokens (needs no right)');
  command.action(async (names: string[], { mine = false }: { mine?: boolean }) => {
    const asked = mine ? 'ownToken' : kind;
    for (const name of names) {
      const found = await server().find(asked, name);
      await server().remove(asked, found.id);
      output.line(`deleted ${kind} ${nameOf(found)} (${found.id})`);
    }
  });
}

function alertTest(group: Command, { server, output, endWith }: Context) {
  subcommand(group, 'test', 'send one test message of an alert and print the result', ['<name>', 'id or name']).action(
    async (name: string) => {
      const { id } = await server().find('alert', name);
      const { ok, detail, durationMs } = await server().call('testAlert', { params: { id } });
      output.line(`${ok ? 'sent' : 'not sent'} after ${Math.round(durationMs)} ms: ${detail}`);
      if (!ok) endWith(exitCodes.failed);
    },
  );
}

function openingCommands(group: Command, { server, output }: Context) {
  const acts = [
    ['probe', 'probeConnection', 'send the next held delivery as a probe, to check whether the connection works again'],
    [
      'release',
      'releaseConnection',
      'send the held deliveries: releases a hold that traffic caused, and retries exhausted deliveries',
    ],
  ] as const;
  for (const [verb, routeId, description] of acts)
    subcommand(group, verb, description, ['<name>', 'id or name']).action(async (name: string) => {
      const { id } = await server().find('connection', name);
      output.value(await server().call(routeId, { params: { id } }));
    });
}

const common: Column<Document>[] = [
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
];

const columns: Record<Kind, Column<Document>[]> = {
  collector: [...common, ['KEY', (one) => one['key']], ['STATUS', (one) => one['status']]],
  connection: [
    ...common,
    ['BASE URL', (one) => one['baseUrl']],
    ['STATUS', (one) => one['status']],
    ['HEALTH', (one) => healthOf(one, 'state')],
    ['HELD', (one) => healthOf(one, 'held')],
    ['SINCE', (one) => healthOf(one, 'since')],
  ],
  destination: [
    common[0] ?? ['ID', (one) => one.id],
    ['NAME', (one) => `${one['connection']}/${one.name}`],
    ['REQUEST', (one) => `${one['method']} ${one['path'] || '/'}`],
    ['STATUS', (one) => one['status']],
    ['HEALTH', (one) => healthOf(one, 'state')],
    ['HELD', (one) => healthOf(one, 'held')],
  ],
  behavior: [
    ...common,
    ['CATEGORY', (one) => one['category']],
    ['STANDARD', (one) => (one['standard'] ? 'yes' : 'no')],
  ],
  action: [
    ...common,
    ['STATUS', (one) => one['status']],
    ['DESTINATIONS', (one) => (Array.isArray(one['destinations']) ? one['destinations'].length : 0)],
  ],
  alert: [
    ...common,
    ['TYPE', (one) => one['type']],
    ['STATUS', (one) => one['status']],
    ['HEALTH', (one) => healthOf(one, 'state')],
  ],
};

function healthOf({ health }: Document, field: 'state' | 'held' | 'since'): unknown {
  return typeof health === 'object' && health !== null ? Reflect.get(health, field) : null;
}
