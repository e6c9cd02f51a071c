import type { Command } from 'commander';
import type { Settings } from '../../contract/documents/settings.ts';
import { type Context, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** `millrace settings show|set`. */
export function settingsCommands(command: Command, { server, output }: Context) {
  const group = command.command('settings').description('show and change the settings of the installation');

  subcommand(group, 'show', 'show the values in effect and their origin').action(async () =>
    show(await server().call('getSettings')),
  );

  subcommand(
    group,
    'set',
    'change one setting',
    ['<name>', 'such as retention.days or privacy.drop'],
    ['<value>', 'as JSON; null restores the default'],
  ).action(async (name: string, value: string) => {
    const patch = name.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), parsed(value));
    show(await server().call('changeSettings', { body: Object(patch) }));
  });

  function show(settings: Settings) {
    if (output.format !== 'table') return output.value(settings);
    output.rows(linesOf(settings), [
      ['SETTING', (one) => one.name],
      ['VALUE', (one) => JSON.stringify(one.value)],
      ['FROM', (one) => one.origin],
    ]);
  }
}

function linesOf({ retention, privacy, deliveries, origins, configuration }: Settings) {
  const own = Object.entries({ retention, privacy, deliveries }).flatMap(([part, values]) =>
    Object.entries(values).map(([key, value]) => {
      return { name: `${part}.${key}`, value, origin: origins[`/${part}/${key}`] ?? '' };
    }),
  );
  return [...own, ...configuration.map(({ variable: name, value, origin }) => ({ name, value, origin }))];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(exitCodes.usage, `"${text}" is not JSON; put texts in quotes.`);
  }
}
