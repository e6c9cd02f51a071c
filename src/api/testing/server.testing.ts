import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import inject, { type Response as InjectedResponse, type InjectOptions } from 'light-my-request';
import { keyring, openStorage } from '../../../test/support/storage.ts';
import { sharedAlerts } from '../../alerts/shared-alerts.ts';
import { systemClock } from '../../async/clock.ts';
import { inlineCompute } from '../../compute/inline.ts';
import { createAuthenticator } from '../../connections/authenticator.ts';
import { createRefreshTokens } from '../../connections/oauth/refresh-tokens.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import { createScrubber } from '../../connections/secret-redaction.ts';
import { allRights, closure, type Right } from '../../contract/accounts/rights.ts';
import { idSource } from '../../contract/ids.ts';
import type { Delivery } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import { routes } from '../../contract/routes.ts';
import { fakeEgress } from '../../egress/fake/fake-egress.testing.ts';
import { createIdentity, type OpenIdOptions } from '../../identity/identity.ts';
import type { SendReset } from '../../identity/password/password-resets.ts';
import { createPasswords } from '../../identity/password/passwords.ts';
import type { Principal } from '../../identity/principal.ts';
import { claim } from '../../journal/conformance/journal-samples.testing.ts';
import { Attempter } from '../../pipeline/attempt/attempter.ts';
import { deliveryCommands } from '../../pipeline/commands/delivery-commands.ts';
import { askHere } from '../../pipeline/commands/owner-commands.ts';
import { createReplayRates } from '../../pipeline/dispatch/replay-rates.ts';
import { noLoad } from '../../pipeline/dispatch/request-load.ts';
import { createDeliveryEvents } from '../../pipeline/insight/delivery-events.ts';
import { createStatistics } from '../../pipeline/insight/statistics.ts';
import { Jobs } from '../../pipeline/jobs.ts';
import { allConnections } from '../../pipeline/owned-connections.ts';
import { ownedAlone } from '../../pipeline/owned-partitions.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { createChecks } from '../../pipeline/preview/checks.ts';
import { replayPlanner } from '../../pipeline/replay/dry-run.ts';
import { startReplays } from '../../pipeline/replay/replay-runner.ts';
import { startEraser } from '../../pipeline/retention/erasure.ts';
import { loadConfiguration } from '../../pipeline/snapshot/snapshot.ts';
import { secretReferences } from '../../secrets/references.ts';
import { createSealing } from '../../secrets/sealing.ts';
import { silentTelemetry } from '../../telemetry/silent-telemetry.testing.ts';
import { openIssueRegistry } from '../../watch/issue-registry.ts';
import { thresholds } from '../../watch/thresholds.ts';
import type { ApiParts } from '../call/call.ts';
import { createServer } from '../server.ts';

type Body = Record<string, unknown>;

/**
 * A server on storage in memory behind a pipeline that keeps events and delivers nothing. Token `admin` has every
 * right.
 */
export async function startTestServer(
  options: Partial<ApiParts> = {},
  // The lowest cost of Argon2, unless a test measures it.
  passwords = createPasswords({ memoryKiB: 8, passes: 1 }),
  sendReset: SendReset | null = null,
  openId: OpenIdOptions | null = null,
) {
  const clock = { now: Date.parse('2026-01-02T03:04:05Z') };
  const now = () => clock.now;
  const scrubber = createScrubber();
  const { scrub } = scrubber;
  const sealing = createSealing({
    keyring,
    store: { bodiesByKey: async () => new Map(), count: async () => 0, reseal: async () => {} },
    now,
    failed: (error) => failures.push(error),
  });
  const references = secretReferences({
    allowed: ['env:CRM_*'],
    env: { CRM_TOKEN: 'token-of-the-environment', CRM_OTHER: 'another-of-the-environment', SHELL: '/bin/sh' },
    dataDir: '/nonexistent',
    now,
    changed: () => learnReadings(),
  });
  const learnReadings = scrubber.follow(references.values);
  const { accounts, audit, catalog, issues: store, journal, notes, requests } = await openStorage(references);
  const configuration = await loadConfiguration(catalog, scrubber, (error) => failures.push(error));
  const egress = fakeEgress({ allow: '127.0.0.0/8' });
  const newId = idSource(now, randomBytes);
  const authenticator = createAuthenticator({
    egress,
    now,
    newId: () => newId('request'),
    isHttpAllowed: () => true,
  });
  const attempter = new Attempter({
    egress,
    authenticator,
    clock: systemClock,
    newId,
    telemetry: silentTelemetry(),
    scrub,
  });
  scrubber.follow(function* () {
    const { connection, destination, alert, collector } = configuration.snapshot.documents;
    for (const kind of [connection, destination, alert, collector])
      for (const { body } of kind.values()) yield* secretsOf(body);
  });
  const events = createDeliveryEvents(silentTelemetry());
  const closed = new Map<string, { reason: 'destination_paused'; detail: null; probeAt: null }>();
  const sending = new Set<string>();
  const woken: string[] = [];
  const drafts: unknown[] = [];
  const refused: string[] = [];
  const failures: unknown[] = [];
  const hold = { open: Promise.resolve(), reached: () => {} };
  const refusal: { error: Error | null } = { error: null };
  const tokens = new Map<string, Principal>([['admin', principal('admin', allRights)]]);
  const statistics = createStatistics({
    rollsUp: () => true,
    confirmedNow: () => null,
    events,
    log: journal.log,
    clock: { now, after: () => () => {} },
    holds: new Map(),
    failed: (error) => failures.push(error),
  });
  const statisticsListeners = events.listenerCount('evaluated');
  const alerts = sharedAlerts({
    mayAct: () => true,
    sendNotices: () => {},
    notes,
    configuration,
    egress,
    clock: { now, after: () => () => {} },
    newId,
    telemetry: silentTelemetry(),
    baseUrl: () => 'https://millrace.example',
    scrub,
    isOpen: () => true,
    isHttpAllowed: () => true,
    isMailAllowed: () => true,
  });
  const jobs = new Jobs(1);
  await jobs.acquired({ partition: 0, owner: 'test', epoch: 1 });
  const eraser = startEraser({
    jobs,
    erasures: journal.housekeeping.erasures,
    configuration,
    notes,
    clock: { ...systemClock, now },
    newId,
    parameters: { forget: async () => {}, forgetUnstored: async () => {} },
    sending: () => [...sending],
    cancelled: () => {},
    failed: (error) => failures.push(error),
  });
  const compute = inlineCompute();
  const engine = {
    compose: compute.compose,
    render: () => Promise.reject(new Error("the fake can't render JavaScript")),
  };
  const lease = await claim(journal, 0, 'test', now());
  const queueStatus: Pipeline['queueStatus'] = {
    isSending: (id) => sending.has(id),
    blockOf: () => null,
    orderOf: () => null,
    holds: () => closed,
    holdOf: () => null,
    holdAt: () => null,
    wake: (ids) => void woken.push(...ids),
    probe: async () => true,
    reopen: async () => true,
    endPauses: async () => {},
    endTokenPause: async () => {},
    healthAt: async () => ({
      state: 'ok',
      reason: null,
      detail: null,
      since: null,
      nextProbeAt: null,
      held: 0,
      requests: noLoad,
    }),
    health: async () => ({
      state: 'ok',
      reason: null,
      detail: null,
      since: null,
      nextProbeAt: null,
      waitsUntil: null,
      held: 0,
      requests: noLoad,
      tokenExpiresAt: null,
      certificateExpiresAt: null,
      secretExpiresAt: null,
    }),
    expiry: () => ({ tokenExpiresAt: null, certificateExpiresAt: null, secretExpiresAt: null }),
    loadOf: () => noLoad,
    held: async () => [],
    state: async () => ({
      held: 0,
      failed: 0,
      pending: 0,
      sending: 0,
      oldestPendingAt: null,
      connections: [],
      destinations: [],
    }),
    unresolved: async () => [],
    askedPauseOf: () => null,
    isReplayPaused: () => false,
    heldAt: async () => 0,
    backlog: async () => [],
  };
  const preview: Pipeline['preview'] = {
    testing: () => [],
    async preview(_id, _input, draft) {
      drafts.push(draft);
      return { request: null, result: { kind: 'skipped', reason: 'fake' }, warnings: [] };
    },
    testSend: () => Promise.reject(new Error("the fake can't send")),
    render: async () => {
      hold.reached();
      await hold.open;
      return { result: { kind: 'body', body: 'x', contentType: 'text/plain' }, durationMs: 1 };
    },
  };
  const pipeline: Pipeline = {
    eraser,
    confirmedNow: () => null,
    configuration,
    async accept({ collectorId, receivedAt, events }) {
      if (refusal.error !== null) throw refusal.error;
      return (await journal.hot.accept({ partition: 0, collectorId, receivedAt, events })).ids;
    },
    preview,
    checks: createChecks({
      configuration,
      log: journal.log,
      clock: { now },
      // Only templates without JavaScript.
      attempter,
      engine,
      compute,
    }),
    queueStatus,
    nodes: () => 1,
    roster: () => null,
    partitionCount: 1,
    askOwner: askHere(
      deliveryCommands({
        configuration,
        log: journal.log,
        queueStatus,
        events,
        preview,
        ownConnections: allConnections(lease),
        now,
      }),
    ),
    events,
    isFull: () => false,
    ownsConnection: () => true,
    addJob: () => Promise.reject(new Error('no job is added')),
    doesJobs: () => true,
    mayAct: () => true,
    configurationProblem: () => null,
    takesIn: () => true,
    replays: await startReplays({
      planner: replayPlanner({
        configuration,
        catalog,
        log: journal.log,
        attempter,
        engine,
        scrub,
        clock: { now },
      }),
      configuration,
      journal,
      ownPartitions: ownedAlone(lease),
      pollMs: null,
      followMs: null,
      clock: { now, after: () => () => {} },
      holds: { byDestination: closed, watch: () => () => {} },
      dispatcher: { wake: () => {}, wakeReplay: () => {}, forgetReplay: () => {}, inFlight: () => [] },
      replayRates: createReplayRates(),
      events,
      telemetry: { ...silentTelemetry(), failed: (error) => failures.push(error) },
    }),
    statistics,
    depth: () => ({ inMemory: 0, inFlight: 0, queues: 0, heldBytes: 0, unmatched: 0 }),
    parameters: () =>
      ['a', 'wt.ev', 'zz'].map((name) => {
        const said = configuration.snapshot.documents.parameter.get(name)?.body;
        return {
          name,
          description: said?.description ?? '',
          type: 'text',
          share: 1,
          firstSeenAt: null,
          lastSeenAt: name === 'zz' ? '2026-01-02T03:04:05.000Z' : null,
          examples: [],
          offered: said?.offered ?? true,
          known: false,
        };
      }),
    [Symbol.asyncDispose]: async () => {},
  };

  const identity = await createIdentity({
    accounts,
    adminToken: 'the token of the operator',
    passwords,
    now,
    newId,
    failed: (error) => failures.push(error),
    scrub,
    audited: () => {},
    sendReset,
    openId,
  });

  const issues = await openIssueRegistry({
    store,
    clock: { now, after: () => () => {} },
    newId,
    limits: thresholds,
    causesOf: async () => [],
    noticed: () => {},
    failed: (error) => failures.push(error),
  });

  const refreshTokenTexts = new Map<string, string>();
  const parts: ApiParts = {
    pipeline,
    compute,
    issues: { ...issues, refresh: async () => {} },
    nodes: {
      show: async () => ({
        nodes: [],
        partitions: 1,
        database: { engine: 'sqlite', version: '0', bytes: 0, failover: null, lost: null },
      }),
    },
    catalog,
    audit,
    journal,
    notes,
    requests,
    clock: systemClock,
    egress,
    identity: {
      ...identity,
      authenticate: (credential, only) => tokens.get(credential.value) ?? identity.authenticate(credential, only),
    },
    telemetry: {
      requestFinished: ({ error, status }) => void (status >= 500 && failures.push(error)),
      signInFinished: () => {},
      intakeRefused: ({ code }) => void refused.push(code),
      audited: () => {},
      failed: (error) => void failures.push(error),
      failedOften: (error) => void failures.push(error),
      metrics: async (format) => (format === 'prometheus' ? '' : '# EOF\n'),
    },
    newId,
    now,
    version: '0.0.0-test',
    publicUrl: null,
    environment: null,
    trustedProxies: [],
    inbox: { isOpen: () => true, isAutomatic: false },
    loopbackOnly: false,
    isHttpAllowed: () => true,
    refreshTokens: createRefreshTokens(
      {
        all: new Map(),
        load: async (name) => refreshTokenTexts.get(name) ?? null,
        save: async (name, text) =>
          void (text === null ? refreshTokenTexts.delete(name) : refreshTokenTexts.set(name, text)),
      },
      { failed: (error) => failures.push(error), changed: () => {} },
    ),
    isMailAllowed: () => true,
    alerts,
    problems: () => ({}),
    operator: {
      retention: { values: { days: 30, bytes: null, auditDays: 365, bodiesMs: null }, fixed: new Set(['auditDays']) },
      configuration: [],
    },
    sealing,
    references,
    scrub,
    rates: { perToken: 1_000_000, perAddress: 1_000_000 },
    ...options,
  };
  const server = await createServer(parts);

  /** One request with the administrator's token, unless `headers` has other credentials. */
  async function call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
    const payload =
      body === undefined
        ? {}
        : {
            payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          };
    const answer = await inject(server.handle, {
      method: method as NonNullable<InjectOptions['method']>, // any text goes; that is the point of some tests
      url,
      ...payload,
      headers: { authorization: 'Bearer admin', ...payload.headers, ...headers },
    });
    checkAnswer(method, url, answer);
    return answer;
  }

  return {
    ...server,
    parts,
    issues,
    call,
    clock,
    journal,
    audit,
    configuration,
    closed,
    sending,
    woken,
    drafts,
    refused,
    refusal,
    hold,
    failures,
    tokens,
    tell: (event: Event) => events.emit('evaluated', [[event, []]]),
    watchers: () => events.listenerCount('evaluated') - statisticsListeners,
    grant(token: string, rights: Iterable<Right>) {
      tokens.set(token, principal(token, rights));
    },
    async make(path: string, body: Body): Promise<Body> {
      const answer = await call('POST', `/api/v1${path}`, body);
      if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`);
      return answer.json();
    },
    /** A finished delivery with one attempt, stored without the pipeline. */
    async deliver(to: { destinationId: string; connectionId: string }, more: Partial<Delivery> = {}): Promise<string> {
      const planned = {
        eventId: more.eventId ?? null,
        actionId: more.actionId ?? null,
        actionVersion: null,
        destinationId: to.destinationId,
        destinationVersion: 1,
        connectionId: to.connectionId,
        dueAt: now(),
        test: false,
      };
      const ids = await journal.hot.plan(lease, { advance: null, deliveries: [planned], now: now() });
      const id = ids?.[0] ?? '';
      if (more.attemptLog !== undefined) {
        const settlement = {
          deliveryId: id,
          status: 'delivered' as const,
          reason: null,
          detail: null,
          errorKind: null,
          attempts: 1,
          scheduleStep: 1,
          waitedMs: 0,
          dueAt: null,
          log: more.attemptLog,
        };
        await journal.hot.settle(lease, [settlement], now());
      }
      return id;
    },
  };
}

/** A principal with these rights that is not stored. */
function principal(name: string, rights: Iterable<Right>): Principal {
  const granted = closure(rights);
  const isAdministrator = granted.size === allRights.length;
  return {
    id: name === 'admin' ? 'admin_token' : name,
    name,
    rights: granted,
    isAdministrator,
    userId: null,
    sessionId: null,
    tokenId: null,
  };
}

/** Checks that every success has the shape of the route table. */
function checkAnswer(method: string, url: string, { statusCode, headers, rawPayload }: InjectedResponse) {
  const path = url.split('?', 1)[0] ?? '';
  const own = routes.filter((one) => one.method === method);
  const route =
    own.find((one) => one.path === path) ??
    own.find((one) => new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path));
  const isJson = String(headers['content-type']).startsWith('application/json');
  const body = headers['content-encoding'] === 'gzip' ? gunzipSync(rawPayload) : rawPayload;
  if (route?.output != null && statusCode < 300 && isJson) route.output.parse(JSON.parse(body.toString()));
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>;
export type Answer = InjectedResponse;
