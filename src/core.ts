import { randomBytes } from 'node:crypto';
import { exit } from 'node:process';
import { isatty } from 'node:tty';
import { systemClock } from './async/clock.ts';
import { watchClock } from './async/clock-watch.ts';
import type { Config } from './config/settings.ts';
import { createScrubber } from './connections/secret-redaction.ts';
import { idSource } from './contract/ids.ts';
import type { Storage } from './storage/storage.ts';
import type { LogOptions } from './telemetry/log.ts';
import { otelSettings } from './telemetry/otel/otel-settings.ts';
import { createTelemetry } from './telemetry/telemetry.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { handleUncaught, type UncaughtOptions } from './uncaught.ts';
import { version } from './version.ts';

/** Opens what every part uses: the clock, ids, the log, the scrubber, and the handling of fatal errors. */
export function openCore(
  config: Config,
  { failed: storageFailed }: Storage,
  { process: source, node }: { process?: UncaughtOptions['source']; node?: { name: string } },
  opened: AsyncDisposableStack,
) {
  const clock = systemClock;
  const scrubber = createScrubber();
  scrubber.learn([config.adminToken, config.smtpPassword, config.oidcClientSecret].filter((secret) => secret !== null));
  const { scrub } = scrubber;
  const telemetry = createTelemetry({ level: config.logLevel, format: formatOf(config), scrub, node: node?.name });
  opened.defer(telemetry.flush);

  // Continuing without storage or alongside another owner could only do harm. A supervisor restarts the process.
  function die(error: unknown, doing: string): never {
    telemetry.failed(error, doing);
    telemetry.flush();
    exit(1);
  }

  void storageFailed.then((error) => die(error, 'store anything'));
  const uncaught = source && opened.use(handleUncaught({ source, telemetry, die }));
  const clockWatch = opened.use(watchClock(clock));
  return {
    clock,
    now: clock.now,
    newId: idSource(clock.now, pooledRandomBytes()),
    telemetry,
    scrubber,
    scrub,
    die,
    problems: () => ({ clock: clockWatch.problem(), process: uncaught?.problem() }),
  };
}

export type Core = ReturnType<typeof openCore>;

/** Exports traces and metrics by OpenTelemetry; its SDK is loaded only when a variable of the environment asks for it. */
export async function openTelemetryExport(
  env: Readonly<Record<string, string | undefined>>,
  { telemetry }: Core,
  opened: AsyncDisposableStack,
): Promise<Tracing | null> {
  const settings = otelSettings(env);
  if (settings === null) return null;
  const { startOtel } = await import('./telemetry/otel/start-otel.ts');
  const { series, failedOften } = telemetry;
  const { tracing } = opened.use(startOtel({ settings, env, version, series, failed: failedOften }));
  for (const problem of settings.problems) telemetry.noticed('a variable of OpenTelemetry is ignored', { problem });
  return tracing;
}

function formatOf({ logFormat }: Config): LogOptions['format'] {
  if (logFormat !== 'json' && isatty(1)) return 'terminal';
  return logFormat === 'auto' ? 'json' : logFormat;
}

/** Random bytes from a pool: sixteen bytes at a time from the system cost more than the rest of an id. */
function pooledRandomBytes(): (n: number) => Uint8Array {
  let pool = randomBytes(0);
  return (n) => {
    if (pool.length < n) pool = randomBytes(8_192);
    const taken = pool.subarray(0, n);
    pool = pool.subarray(n);
    return taken;
  };
}
