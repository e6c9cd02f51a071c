import type { Telemetry } from './telemetry/telemetry.ts';

export type UncaughtOptions = {
  /** The process, or a stand-in that emits the same two events. */
  source: Pick<NodeJS.Process, 'on' | 'off'>;
  telemetry: Pick<Telemetry, 'failed' | 'failedOften'>;
  /** Writes the line and ends the process with code 1. */
  die(error: unknown, doing: string): void;
};

/** Errors of a connection that nothing listens to: the connection is gone, and nothing else is concerned. */
const connectionErrors = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * The policy for exceptions that nothing catches. It decides by what they may have left behind in memory; what is on disk
 * is written in transactions, and the next start goes on from there.
 *
 * - An unhandled rejection ends one asynchronous task, which failed as a whole: the process goes on serving. It is
 *   logged (at a bounded rate), counted in `millrace_failures`, and listed by `/readyz?verbose` until the next start,
 *   because what the task was to do may not happen before that.
 * - An uncaught exception left a callback half done, so that counts and queues in memory may be wrong: one line, and
 *   exit code 1. A supervisor starts the process again; what was in flight is sent again under its idempotency key.
 * - The error of a connection without an error listener concerns that connection alone: treated like a rejection.
 *
 * Disposing gives both events back to Node.js.
 */
export function handleUncaught({ source, telemetry, die }: UncaughtOptions): Disposable & { problem(): string | null } {
  let rejections = 0;

  function rejected(reason: unknown) {
    rejections += 1;
    telemetry.failedOften(reason, 'finish a task in the background');
  }

  function thrown(error: unknown) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && connectionErrors.has(code)) telemetry.failedOften(error, 'go on with a connection');
    else die(error, 'go on after an uncaught exception');
  }

  source.on('unhandledRejection', rejected);
  source.on('uncaughtException', thrown);
  return {
    problem: () =>
      rejections === 0
        ? null
        : `Tasks in the background failed ${rejections} times since the start; the log says which.`,
    [Symbol.dispose]() {
      source.off('unhandledRejection', rejected);
      source.off('uncaughtException', thrown);
    },
  };
}
