import { fileURLToPath } from 'node:url';
import type { NotifierTiming } from './alerts/notifier.ts';
import { announce } from './announce.ts';
import { exposedCookies } from './api/auth/exposed-cookies.ts';
import { createServer } from './api/server.ts';
import { Rounds } from './async/rounds.ts';
import type { Audit } from './audit/audit.ts';
import { computeThread } from './compute/compute-thread.ts';
import { isLoopback } from './config/consistency.ts';
import { drainMsOf } from './config/drain.ts';
import { configuredValues } from './config/load.ts';
import type { Config } from './config/settings.ts';
import { createAuthenticator } from './connections/authenticator.ts';
import { type Core, openCore, openTelemetryExport } from './core.ts';
import { databaseListeners } from './database-listeners.ts';
import type { Egress } from './egress/egress.ts';
import type { AllowRule } from './egress/guard/allow-list.ts';
import { isHostAllowed, isMailHostAllowed, type Listener } from './egress/guard/guard.ts';
import { http1Egress } from './egress/http1/http1-egress.ts';
import { createIdentity } from './identity/identity.ts';
import { inboxState, listenerAt } from './inbox-state.ts';
import { inheritedSocket } from './inherited-socket.ts';
import { openGeoFile } from './intake/enrichment/geo/geo-file.ts';
import { openIdOf, operatorHosts, operatorRetention, resetSender } from './operator-services.ts';
import { pausesOfTokens } from './pipeline/dispatch/pauses/pause-stores.ts';
import { createPauses } from './pipeline/dispatch/pauses/pauses.ts';
import { following } from './pipeline/following.ts';
import { type Pipeline, startPipeline } from './pipeline/pipeline.ts';
import type { NodeParts } from './pipeline/pipeline-parts.ts';
import type { Snapshot } from './pipeline/snapshot/snapshot.ts';
import { pullMetrics } from './pulled-metrics.ts';
import type { Requests } from './requests/requests.ts';
import { onDemandSandbox } from './sandbox/on-demand.ts';
import { openSecrets } from './sealed-stores.ts';
import { sharedNodes } from './shared-nodes.ts';
import type { Storage, StorageOptions } from './storage/storage.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import { trivialForm } from './template/compile/trivial-form.ts';
import type { UncaughtOptions } from './uncaught.ts';
import { version } from './version.ts';
import type { Thresholds } from './watch/thresholds.ts';
import { startWatching } from './watching.ts';

/**
 * Options besides the configuration: the environment, for secrets that are kept there, and settings of fault
 * simulations.
 */
export type Overrides = Pick<StorageOptions, 'freeBytes' | 'spaceCheckMs'> & {
  env?: Readonly<Record<string, string | undefined>>;
  retentionEveryMs?: number;
  /** Holds all deliveries before the first is sent. */
  startsHeld?: boolean;
  /** The thresholds from which on a problem is an issue. */
  issueLimits?: Thresholds;
  notifierTiming?: NotifierTiming;
  /** Replaces the guarded egress over real sockets. */
  egress?: Egress;
  /** One of the nodes that share the storage. Left out: embedded mode. */
  node?: NodeParts;
  /** The process whose uncaught failures are handled. Without it Node.js handles them, as tests need it. */
  process?: UncaughtOptions['source'];
};

export type App = AsyncDisposable & { readonly url: string; readonly telemetry: Telemetry };

/** A folder of what is built beside the program. This file is below src/, or in the bundle below dist/. */
const builtDir = (name: string): string =>
  fileURLToPath(new URL(`${import.meta.url.endsWith('.ts') ? '../dist' : '..'}/${name}`, import.meta.url));

/**
 * Assembles the program on an open storage, which stays open, choosing every other adapter, and starts it. `allow`:
 * private addresses that requests may reach. Throws an Error of one sentence when it can't start; parts that were opened
 * until then are closed.
 */
export async function compose(
  config: Config,
  storage: Storage,
  allow: readonly AllowRule[],
  overrides: Overrides,
): Promise<App> {
  await using opened = new AsyncDisposableStack();
  const core = openCore(config, storage, overrides, opened);
  const { telemetry } = core;
  const { audit, journal, notes, requests } = storage;
  const startsHeld = storage.startsHeld || overrides.startsHeld === true;
  const tracing = await openTelemetryExport(overrides.env ?? {}, core, opened);
  const stores = { ...(await openSecrets(config, core, storage, overrides.env ?? {})), audit, journal, notes };
  opened.use(stores.sealing);
  const sandbox = opened.use(createSandbox(config, core));
  const compute = {
    deliveries: opened.use(computeThread({ waitingMax: { calls: 10_000, characters: 64 * 2 ** 20 } })),
    drafts: opened.use(computeThread()),
  };
  const ofDatabase = config.databaseUrl === null ? [] : await databaseListeners(config.databaseUrl.reveal());
  const { inbox, listeners, ownEgress, ...outbound } = openEgress(config, allow, { ...overrides, ofDatabase }, opened);
  const retention = operatorRetention(config);
  const pipeline = opened.use(
    await startPipeline({
      ...core,
      ...stores,
      tracing,
      sandbox,
      compute,
      egress: outbound.egress,
      authenticator: createAuthenticator({
        ...outbound,
        now: core.now,
        newId: () => core.newId('request'),
        refreshTokens: stores.refreshTokens,
        keptTokens: stores.keptTokens,
        pauses: await createPauses({ ...core, store: pausesOfTokens(notes), failed: telemetry.failed }),
        asked: telemetry.tokenRequested,
      }),
      random: Math.random,
      startsHeld,
      ...(overrides.node !== undefined && { node: overrides.node }),
      limits: {
        retention,
        stopTimeoutMs: config.shutdownMs,
        requestsMax: config.requestsMax,
        everyMs: overrides.retentionEveryMs ?? 60_000,
      },
      lost: (partition) => core.die(new Error(`another process has taken partition ${partition}`), 'continue'),
    }),
  );
  if (startsHeld) storage.held();
  inbox.follow(pipeline.configuration);
  const address = serverAddress(config);
  const { alerts, watch } = await startWatching(
    { ...core, ...stores, ...outbound, config, storage, pipeline, retention },
    { ...overrides, baseUrl: address.base, followMs: overrides.node?.followMs },
    opened,
  );
  if (needsSandbox(pipeline.configuration.snapshot)) await sandbox.start();
  pullMetrics({ ...core, storage, pipeline, watch, sandbox });
  const identity = await openIdentity(config, core, storage, { egress: ownEgress, baseUrl: address.base });
  const { node } = overrides;
  const accounts =
    node &&
    opened.use(
      following(core.clock, node.followMs, 'the stored accounts', identity.directory.follow, telemetry.failed),
    );
  const nodes = opened.use(
    await sharedNodes({
      ...{ version, notes: stores.notes, storage, pipeline },
      node: node?.name ?? null,
      startedAt: new Date(core.now()),
    }),
  );
  const logHead = () => logAuditHead(stores.audit, telemetry);
  await logHead();
  opened.defer(logHead);
  if (node !== undefined) await requests.responses.started(node.name);
  opened.use(pruneResponses(requests, core, pipeline));
  const cookies = exposedCookies(telemetry.noticed);
  const geo = config.geoDatabase === null ? null : opened.use(await openGeoFile(config.geoDatabase, core));
  const server = opened.use(
    await createServer({
      ...core,
      ...stores,
      ...outbound,
      tracing,
      placeOf: geo?.placeOf ?? null,
      pipeline,
      compute: compute.drafts,
      issues: { ...watch.registry, refresh: watch.refresh },
      requests,
      alerts,
      identity,
      version,
      ...(node !== undefined && { node: node.name }),
      nodes,
      publicUrl: config.publicUrl,
      environment: config.environment,
      trustedProxies: config.trustedProxies,
      exposedCookies: cookies,
      inbox,
      consoleDir: builtDir('console'),
      tagDir: builtDir('tag'),
      loopbackOnly: isLoopback(config.host),
      wire: { socketsMax: config.clientsMax },
      drainMs: drainMsOf(config),
      operator: { retention, configuration: configuredValues(config) },
      problems: (withCauses) => ({
        ...storage.problems(withCauses),
        ...present({
          ...core.problems(),
          partitions: pipeline.takesIn() ? null : 'This node owns no partition.',
          configuration: pipeline.configurationProblem(withCauses),
          accounts: accounts?.problem(withCauses),
          sandbox: sandbox.problem(),
          statistics: pipeline.statistics.problem(),
          session_cookies: cookies.problem(),
          geo_database: geo?.problem(),
        }),
      }),
    }),
  );
  await pipeline.eraser.resume();
  const socket = inheritedSocket(overrides.env ?? {}, process.pid);
  const listening = await server.listen({ host: config.host, port: config.port, socket });
  address.listensAt(listening);
  if (config.port === 0) listeners.push(listenerAt(config, Number(new URL(listening).port)));
  announce(config, telemetry, { url: listening, setupToken: identity.setup.token, isInboxOpen: inbox.isOpen() });
  for (const { text, details } of storage.notices) telemetry.noticed(text, details);
  if (startsHeld)
    telemetry.noticed(
      'all deliveries are held; release them in the console or by millrace settings set deliveries.held false',
    );

  const stack = opened.move();
  return { url: listening, telemetry, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The sandbox that renders templates; its code and threads are loaded with the first template that needs them. */
function createSandbox(config: Config, { telemetry }: Core) {
  return onDemandSandbox(async () => {
    const { quickjsSandbox } = await import('./sandbox/quickjs/quickjs-sandbox.ts');
    return quickjsSandbox({
      workers: config.sandboxWorkers,
      timeoutMs: config.sandboxTimeMs,
      memoryBytes: config.sandboxMemoryBytes,
      outputBytes: config.sandboxOutputBytes,
      failed: (cause) => telemetry.failed(cause, 'keep a render thread running'),
    });
  });
}

/** The guarded way out, and that of requests to the operator's own services, which may be at private addresses. */
function openEgress(
  config: Config,
  allow: readonly AllowRule[],
  { egress: given, ofDatabase }: Pick<Overrides, 'egress'> & { ofDatabase: readonly Listener[] },
  opened: AsyncDisposableStack,
) {
  // A fixed port is known before the server listens: deliveries that wait for the Inbox must not find it blocked.
  const listeners = config.port === 0 ? [] : [listenerAt(config, config.port)];
  const inbox = inboxState(config, () => listeners);
  const { dnsServers } = config;
  const ownListeners = () => [...listeners, ...ofDatabase];
  const guard = { allow, dnsServers, ownListeners, isInboxOpen: inbox.isOpen, version };
  const egress = opened.use(given ?? http1Egress(guard));
  const own = operatorHosts(config);
  return {
    listeners,
    inbox,
    egress,
    ownEgress: own.length === 0 ? egress : opened.use(http1Egress({ ...guard, allow: [...allow, ...own] })),
    isHttpAllowed: (url: string) => isHostAllowed(allow, url),
    isMailAllowed: (host: string, port: number) => isMailHostAllowed(allow, host, port),
  };
}

/** Users, their sign-in and rights. `egress` reaches the operator's mail server and identity provider. */
async function openIdentity(
  config: Config,
  core: Core,
  { accounts }: Storage,
  { egress, baseUrl }: { egress: Egress; baseUrl(): string | null },
) {
  const { telemetry } = core;
  const identity = await createIdentity({
    ...core,
    accounts,
    adminToken: config.adminToken?.reveal() ?? null,
    failed: telemetry.failed,
    audited: telemetry.audited,
    sendReset: resetSender(config, { ...core, egress, baseUrl }),
    openId: openIdOf(config, egress, baseUrl),
  });
  for (const role of identity.singleSignOn?.missingRoles() ?? [])
    telemetry.noticed('MILLRACE_OIDC_ROLES names a role that does not exist', { role });
  return identity;
}

const pruneEveryMs = 3_600_000;

/** Removes kept responses that are over, by a clock that does not jump ahead. */
function pruneResponses(
  { responses }: Requests,
  { clock, telemetry }: Core,
  { confirmedNow, doesJobs }: Pick<Pipeline, 'confirmedNow' | 'doesJobs'>,
): Rounds {
  const rounds = new Rounds(clock, async () => {
    const now = confirmedNow();
    if (now !== null && doesJobs())
      await responses.prune(now).catch((error: unknown) => telemetry.failed(error, 'remove old responses'));
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

/** The address at which people reach the server: the public one, or else that at which it listens, as soon as it does. */
function serverAddress({ publicUrl }: Config) {
  let listening: string | null = null;
  return {
    base: () => publicUrl ?? listening,
    listensAt(url: string): void {
      listening = url;
    },
  };
}

/** The parts that have a problem. */
function present(problems: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(problems).filter((entry): entry is [string, string] => entry[1] != null));
}

/**
 * Whether a template does more than write its records as JSON: then the first delivery should not wait for the threads.
 */
function needsSandbox({ documents }: Snapshot): boolean {
  return documents.destination.values().some(({ body }) => trivialForm(body.template) === null);
}
