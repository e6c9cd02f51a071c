import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { CommandError, type ExitCode, exitCodes } from './exit.ts';
import type { Output } from './output.ts';
import type { Deps, Flags, Program } from './program.ts';
import type { Server } from './server.ts';

/** What the function of each command gets. */
export type Context = {
  deps: Deps;
  output: Output;
  /**
   * Reads the configuration with these flags; `presets` replace defaults. An error in it ends the command with exit
   * code 2.
   */
  configure(flags?: Record<string, unknown>, presets?: Flags): Program;
  /** The server that the global flags and the configuration name. */
  server(): Server;
  /** Adds every setting to a command as a flag. Its help describes those that concern it, by name. */
  withSettings(command: Command, concerning: readonly string[]): Command;
  /** The text of a file; `-` is the standard input. An unreadable file ends the command with exit code 2. */
  read(file: string): Promise<string>;
  /** Sets the exit code without an exception. */
  endWith(code: ExitCode): void;
};

/** Adds a command below another one. Arguments as commander writes them (`<id>`, `[file]`, `<name...>`), described. */
export function subcommand(
  group: Command,
  name: string,
  description: string,
  ...args: readonly (readonly [name: string, description: string])[]
): Command {
  const command = group.command(name).description(description);
  for (const [argument, words] of args) command.argument(argument, words);
  return command;
}

/** An option with one of these values. */
export function choice(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values);
}

/** Adds `--host`, `--port`, … to a command; the value of a switch is optional. Its help describes those in `shown`. */
export function addSettings(command: Command, deps: Deps, shown: readonly string[]): Command {
  for (const { name, flag, description, isSwitch } of deps.flags) {
    if (globalFlags.has(name)) continue;
    const option = new Option(isSwitch ? `${flag} [on|off|auto]` : `${flag} <value>`, description);
    command.addOption((isSwitch ? option.preset('on') : option).hideHelp(!shown.includes(name)));
  }
  return command;
}

/** The settings that most servers need. */
export const mainSettings = [
  'host',
  'port',
  'dataDir',
  'publicUrl',
  'adminToken',
  'egressAllow',
  'inbox',
  'retentionDays',
  'logLevel',
  'logFormat',
];
/** Where all settings are. */
export const moreSettings = `
All settings are in docs/configuration.md; each is a flag (--data-dir), an environment variable (MILLRACE_DATA_DIR)
and a key of the YAML file of --config (dataDir). On a running server, millrace settings show lists their values.`;

/** Settings that are flags of every command. */
const globalFlags: ReadonlySet<string> = new Set(['url']);

export async function readText(file: string, deps: Deps): Promise<string> {
  try {
    return file === '-' ? await deps.readStdin() : await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new CommandError(exitCodes.usage, `${file} can't be read (${code}).`, { cause: error });
  }
}

/** The value of a JSON text; `from` names the file or the text in the error. */
export function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandError(exitCodes.usage, `${from} is not JSON.`, { cause: error });
  }
}

/** A positive whole number from the command line. */
export function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new CommandError(exitCodes.usage, `"${text}" must be a positive whole number.`);
  return Number(text);
}

/** Returns a parser like `count` with the largest number. */
export function countTo(most: number): (text: string) => number {
  return (text) => {
    const value = count(text);
    if (value > most) throw new CommandError(exitCodes.usage, `"${text}" must be at most ${most}.`);
    return value;
  };
}

/** Reads the configuration, with the text options of a command as its flags. */
export function configureFrom(deps: Deps, options: Record<string, unknown>, presets?: Flags): Program {
  const flags: Record<string, string> = {};
  const names = new Set([...deps.flags.map((flag) => flag.name), 'config']);
  for (const [name, value] of Object.entries(options)) {
    if (names.has(name) && typeof value === 'string') flags[name] = value;
  }
  if (typeof options['token'] === 'string') flags['adminToken'] = options['token'];
  try {
    return deps.configure(flags, presets);
  } catch (error) {
    throw new CommandError(exitCodes.usage, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
