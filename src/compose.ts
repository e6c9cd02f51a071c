import { randomBytes } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { sqliteAccounts } from './accounts/sqlite/sqlite-accounts.ts';
import type { AllowList } from './alerts/check-alert.ts';
import { type NotifierTiming, startAlerts } from './alerts/notifier.ts';
import { resetMail } from './alerts/senders/reset-mail.ts';
import { createServer } from './api/server.ts';
import { type Clock, systemClock } from './async/clock.ts';
import { watchClock } from './async/clock-watch.ts';
import { Rounds } from './async/rounds.ts';
import { sharedReading } from './async/shared-reading.ts';
import type { Audit } from './audit/audit.ts';
import { sqliteAudit } from './audit/sqlite/sqlite-audit.ts';
import { computeThread } from './compute/compute-thread.ts';
import { oidcRoles } from './config/consistency.ts';
import { configuredValues, givenSettings } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { createAuthenticator } from './connections/authenticator.ts';
import { parseBaseUrl } from './connections/base-url.ts';
import { idSource } from './contract/ids.ts';
import { freeBytesOf, reserveBytesOf } from './disk/disk-space.ts';
import type { Egress } from './egress/egress.ts';
import { type AllowRule, parseAllowRules } from './egress/guard/allow-list.ts';
import { isHostAllowed, isMailHostAllowed, isOwnUrl, type Listener } from './egress/guard/guard.ts';
import { http1Egress } from './egress/http1/http1-egress.ts';
import { createIdentity, type OpenIdOptions } from './identity/identity.ts';
import type { SendReset } from './identity/password/password-resets.ts';
import { sqliteIssues } from './issues/sqlite/sqlite-issues.ts';
import type { Journal } from './journal/journal.ts';
import { sqliteOutbox } from './outbox/sqlite/sqlite-outbox.ts';
import { connectionFigures } from './pipeline/insight/connection-metrics.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import { type OperatorRetention, retentionOf } from './pipeline/snapshot/effective-settings.ts';
import type { Configuration, Snapshot } from './pipeline/snapshot/snapshot.ts';
import type { Requests } from './requests/requests.ts';
import { sqliteRequests } from './requests/sqlite/sqlite-requests.ts';
import { onDemandSandbox } from './sandbox/on-demand.ts';
import type { SandboxStats } from './sandbox/sandbox.ts';
import { openSecrets } from './sealed-stores.ts';
import { createScrubber } from './secrets/scrubber.ts';
import type { Sqlite, SqliteOptions } from './sqlite/sqlite.ts';
import { createTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { trivialForm } from './template/compile/trivial-form.ts';
import { handleUncaught, type UncaughtOptions } from './uncaught.ts';
import { version } from './version.ts';
import { type Thresholds, thresholds } from './watch/thresholds.ts';
import { startWatch, type Watch } from './watch/watch.ts';

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
};

export type App = AsyncDisposable & { readonly url: string; readonly telemetry: Telemetry };

/** The folder of the built console. This file is below src/, or in the bundle below dist/. */
const consoleDir = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/console' : '../console', import.meta.url),
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
export async function compose(config: Config, storage: Storage, overrides: Overrides): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const { sqlite, allow } = storage;
  const core = openCore(config, storage, overrides.process, opened);
  const { telemetry } = core;
  const stores = { ...(await openSecrets(config, core, sqlite, overrides.env ?? {})), audit: sqliteAudit(sqlite) };
  opened.use(stores.sealing);
  const sandbox = opened.use(createSandbox(config, core));
  const compute = {
    deliveries: opened.use(computeThread({ waitingMax: { calls: 10_000, characters: 64 * 2 ** 20 } })),
    drafts: opened.use(computeThread()),
  };
  // A fixed port is known before the server listens: deliveries that wait for the Inbox must not find it blocked.
  const listeners = config.port === 0 ? [] : [listenerAt(config, config.port)];
  const inbox = inboxState(config, () => listeners);
  const guard = { allow, dnsServers: config.dnsServers, ownListeners: () => listeners, isInboxOpen: inbox.isOpen };
  const egress = opened.use(overrides.egress ?? http1Egress({ ...guard, version }));
  // The operator's own services may be at private addresses that no connection can reach.
  const own = operatorHosts(config);
  const ownEgress =
    own.length === 0 ? egress : opened.use(http1Egress({ ...guard, allow: [...allow, ...own], version }));
  const outbound = {
    egress,
    isHttpAllowed: (url: string) => isHostAllowed(allow, url),
    isMailAllowed: (host: string, port: number) => isMailHostAllowed(allow, host, port),
  };
  const authenticator = createAuthenticator({
    ...outbound,
    now: core.now,
    newId: () => core.newId('request'),
    refreshTokens: stores.refreshTokens,
    asked: telemetry.tokenRequested,
  });
  const retention = operatorRetention(config);
  const pipeline = opened.use(
    await startPipeline({
      ...core,
      ...stores,
      sandbox,
      compute,
      egress,
      authenticator,
      random: Math.random,
      limits: { retention, stopTimeoutMs: config.shutdownMs, everyMs: overrides.retentionEveryMs ?? 60_000 },
      lost: (scope) => core.die(new Error(`another process acquired ${scope}`), 'continue'),
    }),
  );
  inbox.follow(pipeline.configuration);
  let baseUrl = config.publicUrl;
  const { alerts, watch } = await startWatching(
    { ...core, ...stores, ...outbound, config, sqlite, pipeline, retention },
    { ...overrides, baseUrl: () => baseUrl },
    opened,
  );
  if (needsSandbox(pipeline.configuration.snapshot)) await sandbox.start();
  pullMetrics({ ...core, ...stores, sqlite, pipeline, watch, sandbox });

  const identity = await createIdentity({
    ...core,
    accounts: sqliteAccounts(sqlite),
    adminToken: config.adminToken?.reveal() ?? null,
    failed: telemetry.failed,
    audited: telemetry.audited,
    sendReset: resetSender(config, { ...core, egress: ownEgress, baseUrl: () => baseUrl }),
    openId: openIdOf(config, ownEgress, () => baseUrl),
  });
  for (const role of identity.singleSignOn?.missingRoles() ?? [])
    telemetry.noticed('MILLRACE_OIDC_ROLES names a role that does not exist', { role });
  const logHead = () => logAuditHead(stores.audit, telemetry);
  await logHead();
  opened.defer(logHead);

  const requests = sqliteRequests(sqlite);
  opened.use(pruneResponses(requests, core));
  const server = opened.use(
    await createServer({
      ...core,
      ...stores,
      ...outbound,
      pipeline,
      compute: compute.drafts,
      issues: watch.registry,
      requests,
      alerts,
      identity,
      version,
      publicUrl: config.publicUrl,
      trustedProxies: config.trustedProxies,
      inbox,
      consoleDir,
      loopbackOnly: isLoopback(config.host),
      wire: { socketsMax: config.clientsMax },
      operator: { retention, configuration: configuredValues(config) },
      problems: () => ({
        ...sqlite.problems(),
        ...present({ ...core.problems(), sandbox: sandbox.problem(), statistics: pipeline.statistics.problem() }),
      }),
    }),
  );
  const url = await server.listen(config);
  baseUrl ??= url;
  if (config.port === 0) listeners.push(listenerAt(config, Number(new URL(url).port)));
  announce(config, telemetry, { url, setupToken: identity.setup.token, isInboxOpen: inbox.isOpen() });

  const stack = opened.move();
  return { url, telemetry, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Opens what every part uses: the clock, ids, the log, the scrubber, and the handling of fatal errors. */
function openCore(
  config: Config,
  { storageFailed }: Storage,
  source: Overrides['process'],
  opened: AsyncDisposableStack,
) {
  const clock = systemClock;
  const scrubber = createScrubber();
  scrubber.learn([config.adminToken, config.smtpPassword, config.oidcClientSecret].filter((secret) => secret !== null));
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

type Core = ReturnType<typeof openCore>;

/** The sandbox that renders templates; its code and threads are loaded with the first template that needs them. */
function createSandbox(config: Config, { telemetry, clock }: Core) {
  return onDemandSandbox(async () => {
    const { quickjsSandbox } = await import('./sandbox/quickjs/quickjs-sandbox.ts');
    return quickjsSandbox({
      workers: config.sandboxWorkers,
      timeoutMs: config.sandboxTimeMs,
      memoryBytes: config.sandboxMemoryBytes,
      outputBytes: config.sandboxOutputBytes,
      failed: (cause) => telemetry.failed(cause, 'keep a render thread running'),
    });
  }, clock.now);
}

/** Starts the watch for problems and the alerts. Alerts end after the watch, so that they can take its last notices. */
async function startWatching(
  parts: Pick<Core, 'clock' | 'newId' | 'telemetry' | 'scrub'> &
    AllowList & {
      config: Config;
      sqlite: Sqlite;
      pipeline: Pipeline;
      journal: Journal;
      audit: Audit;
      egress: Egress;
      retention: OperatorRetention;
    },
  options: Pick<Overrides, 'freeBytes' | 'issueLimits' | 'notifierTiming'> & { baseUrl(): string | null },
  opened: AsyncDisposableStack,
) {
  const { config, sqlite, pipeline, journal, retention } = parts;
  let isOpen = (_id: string) => true;
  const alerts = opened.use(
    await startAlerts({
      ...parts,
      outbox: sqliteOutbox(sqlite),
      configuration: pipeline.configuration,
      baseUrl: options.baseUrl,
      isOpen: (id) => isOpen(id),
      ...(options.notifierTiming === undefined ? {} : { timing: options.notifierTiming }),
    }),
  );
  const watch = opened.use(
    await startWatch({
      ...parts,
      statistics: journal.statistics,
      space: spaceOf(config.dataDir, config.diskReserveBytes, options.freeBytes),
      issues: sqliteIssues(sqlite),
      notify: alerts.take,
      keptDays: () => retentionOf(pipeline.configuration.snapshot, retention).days,
      limits: options.issueLimits ?? thresholds,
    }),
  );
  isOpen = (id) => watch.registry.get(id)?.state === 'open';
  return { alerts, watch };
}

/** Registers the metrics that are read from the parts at each scrape. */
function pullMetrics(parts: {
  telemetry: Telemetry;
  clock: Clock;
  sqlite: Sqlite;
  journal: Journal;
  pipeline: Pipeline;
  watch: Watch;
  sandbox: { readonly stats: SandboxStats };
}) {
  const { sqlite, pipeline, watch, sandbox } = parts;
  const { pull } = parts.telemetry;
  pull('issuesOpen', () => watch.openCount());
  pull('storageCommits', () => sqlite.stats.commits);
  pull('storageOperations', () => sqlite.stats.operations);
  pull('storageQueueBytes', () => sqlite.stats.waitingBytes);
  const usage = sharedReading(parts.clock, parts.journal.retention.usage, { freshMs: 1_000 });
  pull('storageBytes', async () => (await usage()).bytes);
  pull('deliveriesUnfinished', async () => (await usage()).unfinished);
  pull('deliveriesInMemory', () => pipeline.depth().inMemory);
  pull('deliveriesInFlight', () => pipeline.depth().inFlight);
  const figures = connectionFigures(pipeline);
  pull('connections', figures.states);
  pull('connectionHeld', figures.held);
  pull('connectionClosedSince', figures.closedSince);
  pull('connectionEnds', figures.ends);
  pull('holdsClosed', () => pipeline.queueStatus.closed().size);
  pull('sandboxQueued', () => sandbox.stats.queued);
  pull('sandboxRenders', () => sandbox.stats.renders);
  pull('sandboxThrew', () => sandbox.stats.threw);
  pull('sandboxRestarts', () => sandbox.stats.restarts);
  pull('sandboxExceeded', () => ({
    time: sandbox.stats.exceededTime,
    memory: sandbox.stats.exceededMemory,
    output: sandbox.stats.exceededOutput,
  }));
}

const pruneEveryMs = 3_600_000;

/** Removes kept responses that are over, also when no request with a key comes. */
function pruneResponses({ responses }: Requests, { clock, telemetry }: Core): Rounds {
  const rounds = new Rounds(clock, async () => {
    await responses.prune(clock.now()).catch((error: unknown) => telemetry.failed(error, 'remove old responses'));
    return pruneEveryMs;
  });
  rounds.request(pruneEveryMs);
  return rounds;
}

/** Logs the newest audit entry. A log stored elsewhere keeps it out of reach of anyone who can write the database. */
async function logAuditHead(audit: Pick<Audit, 'entries'>, telemetry: Telemetry): Promise<void> {
  const [newest] = await audit.entries({ limit: 1 });
  if (newest !== undefined) telemetry.auditHead({ number: newest.number, hash: newest.hash });
}

/** Logs that the server listens, and what is open. */
function announce(
  config: Config,
  telemetry: Telemetry,
  { url, setupToken, isInboxOpen }: { url: string; setupToken: string | null; isInboxOpen: boolean },
) {
  const { publicUrl, egressAllow, secretRefs } = config;
  if (setupToken !== null) telemetry.setupOpen({ address: `${publicUrl ?? url}/welcome?setup=${setupToken}` });
  telemetry.listening({ url });
  if (egressAllow !== null) telemetry.noticed('private addresses are allowed', { allow: egressAllow });
  if (secretRefs.length > 0) telemetry.noticed('secrets may be kept outside', { allow: secretRefs });
  if (isInboxOpen) telemetry.noticed('the Inbox is open: everyone who can reach this server can write to it');
}

/** Sends links to reset passwords by the operator's mail server; null: there is none. */
function resetSender(config: Config, parts: Omit<Parameters<typeof resetMail>[0], 'server'>): SendReset | null {
  const { smtpHost: host, smtpPort: port, smtpSecurity: security, smtpUsername: username } = config;
  if (host === null) return null;
  const server = { host, port, security, username, password: config.smtpPassword, from: config.smtpFrom ?? '' };
  return resetMail({ ...parts, server });
}

/** The options of single sign-on; null: there is none. */
function openIdOf(config: Config, egress: Egress, baseUrl: () => string | null): OpenIdOptions | null {
  const { oidcIssuer: issuer, oidcScope: scope, oidcRoleClaim: roleClaim } = config;
  if (issuer === null) return null;
  return {
    settings: {
      issuer,
      clientId: config.oidcClientId ?? '',
      clientSecret: config.oidcClientSecret?.reveal() ?? null,
      scope,
      roleClaim,
    },
    egress,
    redirectUri: () => `${baseUrl()?.replace(/\/+$/, '')}/sign-in/sso`,
    roles: oidcRoles(config),
    label: config.oidcButton,
  };
}

/** The hosts of the operator's own services, which requests to these services may reach. */
function operatorHosts({ smtpHost, oidcIssuer }: Config): AllowRule[] {
  const mail = smtpHost !== null && isIPv6(smtpHost) ? `[${smtpHost}]` : smtpHost;
  const hosts = [mail, oidcIssuer === null ? null : new URL(oidcIssuer).hostname];
  const rules = parseAllowRules(hosts.filter((host) => host !== null).join(','));
  return rules.ok ? rules.rules : [];
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
function present(problems: Record<string, string | null | undefined>): Record<string, string> {
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

/**
 * Whether the Inbox receives requests. `auto`: as long as every enabled connection goes to this server. Until it follows
 * the configuration it is open, so that no delivery is blocked while the server starts.
 */
function inboxState({ inbox }: Config, listeners: () => readonly Listener[]) {
  let configuration: Pick<Configuration, 'snapshot'> | null = null;
  let known: { snapshot: Configuration['snapshot']; listening: number; isOpen: boolean } | null = null;

  function isOpen(): boolean {
    if (inbox !== 'auto') return inbox;
    if (configuration === null) return true;
    const { snapshot } = configuration;
    const own = listeners();
    if (known?.snapshot !== snapshot || known.listening !== own.length) {
      const enabled = Array.from(snapshot.documents.connection.values()).filter(
        ({ body }) => body.status === 'enabled',
      );
      const isOwn = ({ body }: (typeof enabled)[number]) => {
        const base = parseBaseUrl(body);
        return base.ok && isOwnUrl(base.url.href, own);
      };
      known = { snapshot, listening: own.length, isOpen: enabled.every(isOwn) };
    }
    return known.isOpen;
  }

  return {
    isOpen,
    isAutomatic: inbox === 'auto',
    follow(one: Pick<Configuration, 'snapshot'>) {
      configuration = one;
    },
  };
}

/** The own listener, which own requests must never reach, except for the Inbox. */
function listenerAt({ host, inbox }: Config, port: number): Listener {
  return { address: host === 'localhost' ? '127.0.0.1' : host, port, hasInbox: inbox !== false };
}
