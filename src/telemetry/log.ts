import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import { lineWriter } from './line-writer.ts';
import { readableLine } from './readable-line.ts';

type LogLevel = Level | 'silent';

export type LogOptions = {
  level: LogLevel;
  /** JSON lines; readable lines; or readable lines for a terminal, with colors where it has them. */
  format: 'json' | 'pretty' | 'terminal';
  /** File descriptor: 1 is stdout. */
  to: 1 | 2 | { write(line: string): void };
  /** The name of this node, in each line; left out: embedded mode. */
  node?: string | undefined;
  /** Removes live secrets from each text of a line before it is written. */
  scrub(text: string): string;
};

export type Log = {
  logger: Logger;
  /** Writes a text between the lines. */
  write(text: string): void;
  flush(): void;
};

export function createLog({ level, format, to, scrub, node }: LogOptions): Log {
  const out = typeof to === 'number' ? lineWriter(to) : { write: (line: string) => to.write(line), flushSync() {} };
  const isColored = format === 'terminal' && to === 1 && process.stdout.hasColors();
  const stream = { write: (line: string) => out.write(format === 'json' ? line : readableLine(line, isColored)) };
  const hooks: LoggerOptions['hooks'] = {
    // Scrubs text by text: removing a secret from the finished line could break its JSON.
    logMethod(given, method) {
      const scrubbed = given.map((one) => scrubTexts(one, scrub)) as typeof given; // of the same shape
      method.apply(this, scrubbed);
    },
  };
  const formatters = { level: (name: string) => ({ level: name }) };
  const logger = pino(
    { level, base: node === undefined ? null : { node }, timestamp: pino.stdTimeFunctions.isoTime, formatters, hooks },
    stream,
  );
  return { logger, write: out.write, flush: () => out.flushSync() };
}

/** A copy with all texts scrubbed; the same value when nothing changes. */
function scrubTexts(value: unknown, scrub: LogOptions['scrub']): unknown {
  if (typeof value === 'string') return scrub(value);
  if (Array.isArray(value)) {
    const items = value.map((one) => scrubTexts(one, scrub));
    return items.some((one, index) => one !== value[index]) ? items : value;
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  let changed: unknown = value;
  for (const [key, one] of Object.entries(value)) {
    const scrubbed = scrubTexts(one, scrub);
    if (scrubbed !== one) changed = { ...Object(changed), [key]: scrubbed };
  }
  return changed;
}

/** The log fields of an error: message, stack, and the `internal` text of an AppError. */
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
