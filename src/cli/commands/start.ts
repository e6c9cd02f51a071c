import type { Command } from 'commander';
import { type Context, mainSettings, moreSettings } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Program, RunningApp } from '../program.ts';

/** Time for the rest of a stop, after the timeout for requests in flight. */
const stopSlackMs = 5_000;

/** `millrace start`: runs the server until a signal. */
export function startCommand(command: Command, { deps, configure, withSettings }: Context) {
  withSettings(command.command('start'), mainSettings)
    .addHelpText('after', moreSettings)
    .option('--held', 'hold all deliveries before the first is sent, until a person releases them')
    .description('run the server until SIGINT or SIGTERM')
    .action(async ({ held: isHeld = false, ...options }) => {
      const program = configure(options);
      using asked = deps.untilSignal();
      const app = await startProgram(program, isHeld);
      const signal = await asked.signal;
      const startedAt = deps.now();
      app.telemetry.stopping({ signal });
      const { drainMs, shutdownMs } = program.settings;
      await stopInTime(app, drainMs + shutdownMs + stopSlackMs);
      app.telemetry.stopped({ durationMs: deps.now() - startedAt });
      app.telemetry.flush();
    });
}

/** Starts the server. An address that can't be listened on becomes a CommandError. */
export async function startProgram(program: Program, isHeld = false): Promise<RunningApp> {
  try {
    return await program.start({ isHeld });
  } catch (error) {
    const { host, port } = program.settings;
    const { syscall, hostname, code } = Object(error);
    const isOfListening = syscall === 'listen' || (syscall === 'getaddrinfo' && hostname === host);
    const words = isOfListening ? unlistenable[String(code)] : undefined;
    if (words === undefined) throw error;
    throw new CommandError(exitCodes.failed, `${host}:${port} ${words}`, { cause: error });
  }
}

const unlistenable: Record<string, string> = {
  EADDRINUSE: 'is in use; choose another port with --port.',
  EADDRNOTAVAIL: 'is not an address of this machine; choose another one with --host.',
  ENOTFOUND: 'is not an address of this machine; choose another one with --host.',
  EACCES: 'is not permitted for this user; choose another port with --port.',
};

/** Stops the server. Throws a CommandError after `timeoutMs`. */
export async function stopInTime(app: AsyncDisposable, timeoutMs: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new CommandError(exitCodes.failed, `Could not stop within ${timeoutMs} ms; exiting anyway.`)),
    timeoutMs,
  );
  try {
    await Promise.race([app[Symbol.asyncDispose](), late]);
  } finally {
    clearTimeout(timer);
  }
}
