import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { sqliteAccounts } from './accounts/sqlite/sqlite-accounts.ts';
import { type NotifierTiming, startAlerts } from './alerts/notifier.ts';
import { createServer } from './api/server.ts';
import { systemClock } from './async/clock.ts';
import { watchClock } from './async/clock-watch.ts';
import { sharedReading } from './async/shared-reading.ts';
import { sqliteAudit } from './audit/sqlite/sqlite-audit.ts';
import { computeThread } from './compute/compute-thread.ts';
import { configuredValues, givenSettings } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { createAuthenticator } from './connections/authenticator.ts';
import { createRefreshTokens } from './connections/oauth/refresh-tokens.ts';
import { idSource } from './contract/ids.ts';
import { freeBytesOf, reserveBytesOf } from './disk/disk-space.ts';
import type { Egress } from './egress/egress.ts';
import type { AllowRule } from './egress/guard/allow-list.ts';
import { isHostAllowed, isMailHostAllowed, type Listener } from './egress/guard/guard.ts';
import { undiciEgress } from './egress/undici/undici-egress.ts';
import { createIdentity } from './identity/identity.ts';
import { sqliteIssues } from './issues/sqlite/sqlite-issues.ts';
import { sqliteOutbox } from './outbox/sqlite/sqlite-outbox.ts';
import { connectionFigures } from './pipeline/insight/connection-metrics.ts';
import { startPipeline } from './pipeline/pipeline.ts';
import { type OperatorRetention, retentionOf } from './pipeline/snapshot/effective-settings.ts';
import type { Snapshot } from './pipeline/snapshot/snapshot.ts';
import { onDemandSandbox } from './sandbox/on-demand.ts';
import { keyringOf, openSealedStores } from './sealed-stores.ts';
import { secretReferences } from './secrets/references.ts';
import { createScrubber } from './secrets/scrubber.ts';
import { createSealing } from './secrets/sealing.ts';
import type { Sqlite, SqliteOptions } from './sqlite/sqlite.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { trivialForm } from './template/compile/trivial-form.ts';
import { handleUncaught, type UncaughtOptions } from './uncaught.ts';
import { version } from './version.ts';
import { type Thresholds, thresholds } from './watch/thresholds.ts';
import { startWatch } from './watch/watch.ts';

/**
 * Options besides the configuration: the environment, for secrets that are kept there, and settings of fault
 * simulations.
 */
export type Overrides = Pick<SqliteOptions, 'freeBytes' | 'spaceCheckMs'> & {
  env?: Readonly<Record<string, string | undefined>>;
  retentionEveryMs?: number;
  /** The thresholds from which on a problem is an issue. */
  issueLimits?: Thresholds;
  notifierTiming?: NotifierTiming;
  /** Replaces the guarded egress over real sockets. */
  egress?: Egress;
  /** The process whose uncaught failures are handled. Without it Node.js handles them, as tests need it. */
  process?: UncaughtOptions['source'];
  /** Called when everything is loaded and no request can arrive yet. */
  loaded?: () => void;
};

/** Loaded with the first template that needs it: a program without such templates starts without it. */
const scriptEngine = () => import('./sandbox/quickjs/quickjs-sandbox.ts');

export type App = AsyncDisposable & { readonly url: string; readonly telemetry: Telemetry };

/** The folder of the built console: next to the sources in a checkout, inside a package. */
const consoleDir = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/console' : './console', import.meta.url),
);

/** The parts of the program that were created before the rest of it was loaded. */
export type Storage = {
  /** Stays open until the program has ended. */
  sqlite: Sqlite;
  /** Resolves when the storage failed. */
  storageFailed: Promise<Error>;
  /** Private addresses that requests may reach. */
  allow: readonly AllowRule[];
};

/**
 * Assembles the program, choosing every adapter, and starts it. Throws an Error of one sentence when it can't start;
 * parts that were opened until then are closed.
 */
export async function compose(
  config: Config,
  { sqlite, storageFailed, allow }: Storage,
  overrides: Overrides,
): Promise<App> {
  const {
    retentionEveryMs = 60_000,
    notifierTiming,
    issueLimits: limits = thresholds,
    egress: otherEgress,
    env = {},
    loaded,
    freeBytes,
    process,
  } = overrides;

  await using opened = new AsyncDisposableStack();
  const clock = systemClock;
  const newId = idSource(clock.now, pooledRandomBytes());
  // A fixed port is known before the server listens: deliveries that wait for the Inbox must not find it blocked.
  const listeners = config.port === 0 ? [] : [listenerAt(config, config.port)];
  const scrubber = createScrubber();
  if (config.adminToken !== null) scrubber.learn([config.adminToken]);
  const { scrub } = scrubber;
  const telemetry = createTelemetry({ level: config.logLevel, format: config.logFormat, scrub });
  opened.defer(telemetry.flush);

  // Continuing without storage or alongside another owner could only do harm. A supervisor restarts the process.
  function die(error: unknown, doing: string): never {
    telemetry.failed(error, doing);
    telemetry.flush();
    exit(1);
  }

  void storageFailed.then((error) => die(error, 'store anything'));
  const uncaught = process && opened.use(handleUncaught({ source: process, telemetry, die }));
  const clockWatch = opened.use(watchClock(clock));
  const keyring = keyringOf(config);
  const references = secretReferences({
    allowed: config.secretRefs,
    env,
    dataDir: config.dataDir,
    now: clock.now,
    changed: () => learnReadings(),
  });
  const learnReadings = scrubber.follow(references.values);
  const { catalog, journal, sealedTokens, all } = await openSealedStores(sqlite, keyring, references);
  const sealing = opened.use(
    createSealing({
      keyring,
      store: all,
      now: clock.now,
      failed: (error) => telemetry.failed(error, 'reseal stored secrets'),
    }),
  );
  const audit = sqliteAudit(sqlite);
  const sandbox = opened.use(
    onDemandSandbox(
      async () =>
        (await scriptEngine()).quickjsSandbox({
          workers: config.sandboxWorkers,
          timeoutMs: config.sandboxTimeMs,
          memoryBytes: config.sandboxMemoryBytes,
          outputBytes: config.sandboxOutputBytes,
          failed: (cause) => telemetry.failed(cause, 'keep a render thread running'),
        }),
      clock.now,
    ),
  );
  const compute = {
    deliveries: opened.use(computeThread({ waitingMax: { calls: 10_000, characters: 64 * 2 ** 20 } })),
    drafts: opened.use(computeThread()),
  };
  const egress = opened.use(
    otherEgress ??
      undiciEgress({
        allow: allow,
        dnsServers: config.dnsServers,
        ownListeners: () => listeners,
        isInboxOpen: config.inbox,
        version,
      }),
  );
  const refreshTokens = createRefreshTokens(sealedTokens, {
    failed: (error) => telemetry.failed(error, 'keep a refresh token'),
    changed: () => learnTokens(),
  });
  const learnTokens = scrubber.follow(refreshTokens.values);
  const isHttpAllowed = (url: string) => isHostAllowed(allow, url);
  const isMailAllowed = (host: string, port: number) => isMailHostAllowed(allow, host, port);
  const http = {
    egress,
    now: clock.now,
    newId: () => newId('request'),
    isHttpAllowed,
    refreshTokens,
    asked: telemetry.tokenRequested,
  };

  const retention = operatorRetention(config);
  const pipeline = opened.use(
    await startPipeline({
      catalog,
      journal,
      audit,
      sandbox,
      compute,
      egress,
      authenticator: createAuthenticator(http),
      telemetry,
      clock,
      newId,
      random: Math.random,
      scrubber,
      limits: {
        retention,
        stopTimeoutMs: config.shutdownMs,
        everyMs: retentionEveryMs,
      },
      lost: (scope) => die(new Error(`another process acquired ${scope}`), 'continue'),
    }),
  );

  // Alerts end after the watch, so that they can take its last notices.
  let baseUrl = config.publicUrl;
  let isIssueOpen = (_id: string) => true;
  const alerts = opened.use(
    await startAlerts({
      outbox: sqliteOutbox(sqlite),
      configuration: pipeline.configuration,
      egress,
      clock,
      newId,
      telemetry,
      baseUrl: () => baseUrl,
      scrub,
      isOpen: (id) => isIssueOpen(id),
      isHttpAllowed,
      isMailAllowed,
      ...(notifierTiming === undefined ? {} : { timing: notifierTiming }),
    }),
  );
  const watch = opened.use(
    await startWatch({
      pipeline,
      statistics: journal.statistics,
      space: spaceOf(config.dataDir, config.diskReserveBytes, freeBytes),
      issues: sqliteIssues(sqlite),
      audit,
      clock,
      newId,
      telemetry,
      keptDays: () => retentionOf(pipeline.configuration.snapshot, retention).days,
      limits,
    }),
  );
  telemetry.pull('issuesOpen', () => watch.openCount());
  isIssueOpen = (id) => watch.book.get(id)?.state === 'open';
  watch.book.watch(alerts.take);

  if (needsSandbox(pipeline.configuration.snapshot)) await sandbox.start();
  telemetry.pull('storageCommits', () => sqlite.stats.commits);
  telemetry.pull('storageOperations', () => sqlite.stats.operations);
  telemetry.pull('storageQueueBytes', () => sqlite.stats.waitingBytes);
  const usage = sharedReading(clock, journal.retention.usage, { freshMs: 1_000 });
  telemetry.pull('storageBytes', async () => (await usage()).bytes);
  telemetry.pull('deliveriesUnfinished', async () => (await usage()).unfinished);
  telemetry.pull('deliveriesInMemory', () => pipeline.depth().inMemory);
  telemetry.pull('deliveriesInFlight', () => pipeline.depth().inFlight);
  const figures = connectionFigures(pipeline);
  telemetry.pull('connections', figures.states);
  telemetry.pull('connectionHeld', figures.held);
  telemetry.pull('connectionClosedSince', figures.closedSince);
  telemetry.pull('connectionEnds', figures.ends);
  telemetry.pull('holdsClosed', () => pipeline.queueStatus.closed().size);
  telemetry.pull('sandboxQueued', () => sandbox.stats.queued);
  telemetry.pull('sandboxRenders', () => sandbox.stats.renders);
  telemetry.pull('sandboxThrew', () => sandbox.stats.threw);
  telemetry.pull('sandboxRestarts', () => sandbox.stats.restarts);
  telemetry.pull('sandboxExceeded', () => ({
    time: sandbox.stats.exceededTime,
    memory: sandbox.stats.exceededMemory,
    output: sandbox.stats.exceededOutput,
  }));

  const identity = await createIdentity({
    accounts: sqliteAccounts(sqlite),
    adminToken: config.adminToken?.reveal() ?? null,
    now: clock.now,
    newId,
    failed: telemetry.failed,
    scrub,
    audited: telemetry.audited,
  });
  // A log stored elsewhere keeps the heads out of reach of anyone who can write the database.
  const tellHead = async () => {
    const [newest] = await audit.entries({ limit: 1 });
    if (newest !== undefined) telemetry.auditHead({ number: newest.number, hash: newest.hash });
  };
  await tellHead();
  opened.defer(tellHead);

  const server = await createServer({
    pipeline,
    compute: compute.drafts,
    catalog,
    audit,
    journal,
    issues: watch.book,
    egress,
    identity,
    telemetry,
    newId,
    now: clock.now,
    version,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    inbox: config.inbox,
    consoleDir,
    loopbackOnly: isLoopback(config.host),
    isHttpAllowed,
    refreshTokens,
    isMailAllowed,
    alerts,
    sealing,
    references,
    scrub,
    wire: { socketsMax: config.clientsMax },
    operator: { retention, configuration: configuredValues(config) },
    problems: () => ({
      ...sqlite.problems(),
      ...named({
        clock: clockWatch.problem(),
        process: uncaught?.problem(),
        sandbox: sandbox.problem(),
        statistics: pipeline.statistics.problem(),
      }),
    }),
  });
  opened.use(server);
  loaded?.();
  const url = await server.listen(config);
  baseUrl ??= url;
  if (config.port === 0) listeners.push(listenerAt(config, Number(new URL(url).port)));
  const { token } = identity.setup;
  if (token !== null) telemetry.setupOpen({ address: `${config.publicUrl ?? url}/welcome?setup=${token}` });
  telemetry.listening({ url });
  if (config.egressAllow !== null) telemetry.noticed('private addresses are allowed', { allow: config.egressAllow });
  if (config.secretRefs.length > 0) telemetry.noticed('secrets may be kept outside', { allow: config.secretRefs });
  if (config.inbox) telemetry.noticed('the Inbox is open: everyone who can reach this server can write to it');

  const stack = opened.move();
  return { url, telemetry, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Values of the operator are fixed; the others are defaults that people can change. */
function operatorRetention(config: Config): OperatorRetention {
  const given = givenSettings(config);
  const names = { days: 'retentionDays', bytes: 'retentionBytes', auditDays: 'auditDays' } as const;
  const values = { days: config.retentionDays, bytes: config.retentionBytes, auditDays: config.auditDays };
  const fixed = (['days', 'bytes', 'auditDays'] as const).filter((key) => given.has(names[key]));
  return { values: { ...values, bodiesMs: null }, fixed: new Set(fixed) };
}

/** The parts that have a problem. */
function named(problems: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).filter((entry): entry is [string, string] => entry[1] != null));
}

/** Free space of the data folder, and its reserve. */
function spaceOf(dir: string, reserve: number | null, freeBytes = () => freeBytesOf(dir)) {
  const reserveBytes = reserve ?? reserveBytesOf(dir);
  return () => ({ freeBytes: freeBytes(), reserveBytes });
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

/**
 * Whether a template does more than write its records as JSON: then the first delivery should not wait for the threads.
 */
function needsSandbox({ documents }: Snapshot): boolean {
  return documents.destination.values().some(({ body }) => trivialForm(body.template) === null);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The own listener, which own requests must never reach, except for the Inbox. */
function listenerAt({ host, inbox }: Config, port: number): Listener {
  return { address: host === 'localhost' ? '127.0.0.1' : host, port, hasInbox: inbox };
}
