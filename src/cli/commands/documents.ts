import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit.ts';
import { type Document, type Kind, kindNames, kinds } from '../kinds.ts';
import type { Column } from '../output.ts';
import { applyFiles } from './apply.ts';

/** `millrace connections list|get|apply|delete`, and the same for every kind of document. */
export function documentCommands(command: Command, context: Context) {
  for (const kind of kindNames) oneKind(command, kind, context);
  command
    .command('apply')
    .argument('<file...>', 'YAML or JSON files; - is the standard input')
    .description('create or replace the documents in files, of any kind')
    .action((files: string[]) => applyFiles(files, null, context));
}

function oneKind(command: Command, kind: Kind, context: Context) {
  const { server, output } = context;
  const { many } = kinds[kind];
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

  group
    .command('get')
    .argument('<name>', called)
    .description(`show one of the ${many}`)
    .action(async (name: string) => output.value(await server().find(kind, name)));

  group
    .command('apply')
    .argument('<file...>', 'YAML or JSON files; - is the standard input')
    .description(`create or replace ${many} from files`)
    .action((files: string[]) => applyFiles(files, kind, context));

  if (kind === 'alert') alertTest(group, context);
  if (kind === 'connection') openingCommands(group, context);
  group
    .command('delete')
    .argument('<name...>', called)
    .description(`delete ${many} that nothing uses`)
    .action(async (names: string[]) => {
      for (const name of names) {
        const found = await server().find(kind, name);
        await server().remove(kind, found.id);
        output.line(`deleted ${kind} ${found.name} (${found.id})`);
      }
    });
}

function alertTest(group: Command, { server, output, endWith }: Context) {
  group
    .command('test')
    .argument('<name>', 'id or name')
    .description('send one test message of an alert and print the result')
    .action(async (name: string) => {
      const { id } = await server().find('alert', name);
      const { ok, detail, durationMs } = await server().testAlert(id);
      output.line(`${ok ? 'sent' : 'not sent'} after ${Math.round(durationMs)} ms: ${detail}`);
      if (!ok) endWith(exitCodes.failed);
    });
}

function openingCommands(group: Command, { server, output }: Context) {
  group
    .command('probe')
    .argument('<name>', 'id or name')
    .description('send the next held delivery as a probe, to check whether the connection works again')
    .action(async (name: string) => output.value(await server().probe((await server().find('connection', name)).id)));
  group
    .command('release')
    .argument('<name>', 'id or name')
    .description('send the held deliveries: releases a hold that traffic caused, and retries exhausted deliveries')
    .action(async (name: string) => {
      const { id } = await server().find('connection', name);
      output.value(await server().release(id));
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
