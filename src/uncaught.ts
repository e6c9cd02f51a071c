import type { Telemetry } from './telemetry/telemetry.ts';

export type UncaughtOptions = {
  /** The process, or an object that emits the same two events. */
  source: Pick<NodeJS.Process, 'on' | 'off'>;
  telemetry: Pick<Telemetry, 'failed' | 'failedOften'>;
  /** Writes the line and ends the process with code 1. */
  die(error: unknown, doing: string): void;
};

/** Errors of a connection without an error listener: the connection is gone, and nothing else is affected. */
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
 * The policy for exceptions that nothing catches. It depends on the state that they may leave in memory; data on disk
 * is written in transactions, and the next start continues from there.
 *
 * - An unhandled rejection ends one asynchronous task, which failed as a whole: the process continues serving. It is
 *   logged (at a bounded rate), counted in `millrace_failures`, and listed by `/readyz?verbose` until the next start,
 *   because the work of the task may not be done before that.
 * - An uncaught exception interrupted a callback, so counts and queues in memory may be wrong: one line, and exit code
 *   1. A supervisor starts the process again; deliveries in flight are sent again with their idempotency keys.
 * - The error of a connection without an error listener affects only that connection: it is treated like a rejection.
 *
 * Disposing returns both events to Node.js.
 */
export function handleUncaught({ source, telemetry, die }: UncaughtOptions): Disposable & { problem(): string | null } {
  let rejections = 0;

  function rejected(reason: unknown) {
    rejections += 1;
    telemetry.failedOften(reason, 'finish a background task');
  }

  function thrown(error: unknown) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (typeof code === 'string' && connectionErrors.has(code)) telemetry.failedOften(error, 'continue a connection');
    else die(error, 'continue after an uncaught exception');
  }

  source.on('unhandledRejection', rejected);
  source.on('uncaughtException', thrown);
  return {
    problem: () =>
      rejections === 0 ? null : `Background tasks failed ${rejections} times since the start; the log says which.`,
    [Symbol.dispose]() {
      source.off('unhandledRejection', rejected);
      source.off('uncaughtException', thrown);
    },
  };
}
