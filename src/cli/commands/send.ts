import type { Command } from 'commander';
import { type Context, parseJson, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Server } from '../server.ts';

/** `millrace send`: sends events to a collector, as a browser or a server would. */
export function sendCommand(command: Command, { read, server, output }: Context) {
  subcommand(command, 'send', 'send events', ['[name=value...]', 'parameters of one event, such as wt.ev=purchase'])
    .option('--file <path>', 'a JSON file with an event, a list of events or {"events": […]}; - is the standard input')
    .option('--collector <name>', 'collector (id or name); optional if there is only one')
    .option('--key <key>', 'key of the collector, instead of a look-up')
    .action(async (pairs: string[], options: { file?: string; collector?: string; key?: string }) => {
      const events = options.file === undefined ? [eventOf(pairs)] : await eventsIn(options.file);
      const key = options.key ?? (await collectorKey(server(), options.collector));
      const ids = await server().send(key, events);
      output.rows(
        ids.map((id) => ({ id })),
        [['ID', (row) => row.id]],
      );
    });

  async function eventsIn(file: string): Promise<Record<string, unknown>[]> {
    const value = parseJson(await read(file), file);
    const inner = typeof value === 'object' && value !== null && 'events' in value ? value.events : value;
    // The server validates the events.
    return (Array.isArray(inner) ? inner : [inner]) as Record<string, unknown>[];
  }
}

function eventOf(pairs: string[]): Record<string, unknown> {
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new CommandError(exitCodes.usage, `"${pair}" must be name=value.`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  if (entries.length === 0) throw new CommandError(exitCodes.usage, 'Give parameters as name=value, or --file.');
  return Object.fromEntries(entries);
}

async function collectorKey(server: Server, collector: string | undefined): Promise<string> {
  if (collector !== undefined) return String((await server.find('collector', collector))['key']);
  const all = await Array.fromAsync(server.list('collector'));
  const [only] = all;
  if (only === undefined) throw new CommandError(exitCodes.refused, 'There is no collector yet.');
  if (all.length > 1)
    throw new CommandError(exitCodes.usage, 'There are several collectors: choose one with --collector.');
  return String(only['key']);
}
