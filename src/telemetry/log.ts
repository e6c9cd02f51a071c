import { type Level, type Logger, type LoggerOptions, pino } from 'pino';
import { lineWriter } from './line-writer.ts';

type LogLevel = Level | 'silent';

export type LogOptions = {
  level: LogLevel;
  format: 'json' | 'pretty';
  /** File descriptor: 1 is stdout. */
  to: 1 | 2 | { write(line: string): void };
  /** Removes live secrets from each text of a line before it is written. */
  scrub(text: string): string;
};

export type Log = { logger: Logger; flush(): void };

export function createLog({ level, format, to, scrub }: LogOptions): Log {
  const out = typeof to === 'number' ? lineWriter(to) : { write: (line: string) => to.write(line), flushSync() {} };
  const stream = { write: (line: string) => out.write(format === 'pretty' ? prettyLine(line) : line) };
  const hooks: LoggerOptions['hooks'] = {
    // Scrubs text by text: removing a secret from the finished line could break its JSON.
    logMethod(given, method) {
      const scrubbed = given.map((one) => scrubTexts(one, scrub)) as typeof given; // of the same shape
      method.apply(this, scrubbed);
    },
  };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, stream);
  return { logger, flush: () => out.flushSync() };
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

const levels: Record<number, string> = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO ', 40: 'WARN ', 50: 'ERROR', 60: 'FATAL' };

/** A JSON log line as readable text: time, level, message, then the rest as `name=value`; a stack follows below. */
function prettyLine(json: string): string {
  const { time, level, msg, stack, ...rest }: Record<string, unknown> = JSON.parse(json);
  const clock = new Date(String(time)).toISOString().slice(11, 23);
  const pairs = Object.entries(rest).map(([name, value]) => `${name}=${valueText(value)}`);
  const tail = typeof stack === 'string' ? `\n${stack.replace(/^/gm, '    ')}` : '';
  const text = `${[clock, levels[Number(level)] ?? String(level), msg, ...pairs].join(' ')}${tail}\n`;
  // Texts of others must not control the terminal.
  return text.replace(/[^\P{Cc}\n]/gu, '·');
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
