import type { Command } from 'commander';
import type { Context } from './context.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { RunningApp } from './program.ts';

/** Time beyond the time-out for requests in which the rest of a stop must be done. */
const stopSlackMs = 5_000;

/** `millrace start`: runs the server until a signal. */
export function startCommand(command: Command, { deps, configure, withSettings }: Context) {
  withSettings(command.command('start'))
    .description('run the server until SIGINT or SIGTERM')
    .action(async (options) => {
      const program = configure(options);
      using asked = deps.untilSignal();
      const app = await program.start();
      await asked.signal;
      await stopInTime(app, program.settings.shutdownMs + stopSlackMs);
    });
}

/** Stops the server; when that takes too long the command fails instead of waiting on. */
export async function stopInTime(app: RunningApp, timeoutMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new CommandError(exitCodes.failed, `Could not stop within ${timeoutMs} ms; ended anyway.`)),
    timeoutMs,
  );
  try {
    await Promise.race([app[Symbol.asyncDispose](), late]);
  } finally {
    clearTimeout(timer);
  }
}
