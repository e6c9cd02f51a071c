import { type Level, type Logger, pino } from 'pino';
import { prettyLine } from './pretty.ts';

export type LogLevel = Level | 'silent';

export type LogOptions = {
  level: LogLevel;
  format: 'json' | 'pretty';
  /** File descriptor: 1 is stdout. */
  to: 1 | 2 | { write(line: string): void };
  /** Passes every line before it goes out; takes live secrets out of it. */
  scrub(line: string): string;
};

export type Log = { logger: Logger; flush(): void };

/** Lines that arrive while one is being written go out together, so that logging never blocks the loop on a slow pipe. */
export function createLog({ level, format, to, scrub }: LogOptions): Log {
  const out: { write(line: string): unknown; flushSync?(): void } =
    typeof to === 'number' ? pino.destination({ fd: to, sync: false }) : to;
  const stream = {
    write(line: string) {
      const scrubbed = scrub(line);
      out.write(format === 'pretty' ? prettyLine(scrubbed) : scrubbed);
    },
  };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  return { logger, flush: () => out.flushSync?.() };
}

/** What the log keeps of an error: its words, its stack, and what AppError holds for the log alone. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const { cause } = error;
  return {
    error: error.message,
    ...('code' in error ? { code: error.code } : {}),
    ...('internal' in error && error.internal !== undefined ? { internal: error.internal } : {}),
    ...(cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : String(cause) }),
    stack: error.stack,
  };
}
