import { type Command, Option } from 'commander';
import type { ExitCode } from './exit.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { Output } from './output.ts';
import type { Deps, Flags, Program } from './program.ts';
import type { Server } from './server.ts';

/** What each command's file is given to build its command from. */
export type Context = {
  deps: Deps;
  output: Output;
  /** Reads the configuration with these flags, and presets instead of defaults; a mistake there ends the command with exit code 2. */
  configure(flags?: Record<string, unknown>, presets?: Flags): Program;
  /** The server that the global flags and the configuration name. */
  server(): Server;
  /** Gives a command every setting as a flag. */
  withSettings(command: Command): Command;
  /** Ends the command with this code although nothing was thrown. */
  endWith(code: ExitCode): void;
};

/** Adds `--host`, `--port`, … to a command; a switch may stand alone. */
export function addSettings(command: Command, deps: Deps): Command {
  for (const { name, flag, description, isSwitch } of deps.flags) {
    if (globalFlags.has(name)) continue;
    const option = new Option(isSwitch ? `${flag} [on|off]` : `${flag} <value>`, description);
    command.addOption(isSwitch ? option.preset('on') : option);
  }
  return command;
}

/** Settings that every command has. */
const globalFlags: ReadonlySet<string> = new Set(['url']);

/** The text options of a command as flags of the configuration. */
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
