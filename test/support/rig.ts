import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/async/clock.ts';
import type { Audit } from '../../src/audit/audit.ts';
import type { Catalog, Change } from '../../src/catalog/catalog.ts';
import { inlineCompute } from '../../src/compute/inline.ts';
import { createAuthenticator } from '../../src/connections/authenticator.ts';
import { createKeptTokens } from '../../src/connections/oauth/kept-tokens.ts';
import { createScrubber } from '../../src/connections/secret-redaction.ts';
import { byItself } from '../../src/contract/by-itself.ts';
import { actionInput } from '../../src/contract/documents/action.ts';
import { connectionInput } from '../../src/contract/documents/connection.ts';
import { destinationInput } from '../../src/contract/documents/destination.ts';
import type { DocumentKind } from '../../src/contract/documents/document.ts';
import { idSource } from '../../src/contract/ids.ts';
import type { Delivery, DeliveryStatus } from '../../src/contract/records/delivery.ts';
import type { IncomingEvent } from '../../src/contract/records/event.ts';
import { type FakeEgress, type FakeEgressOptions, fakeEgress } from '../../src/egress/fake/fake-egress.testing.ts';
import type { IssueStore } from '../../src/issues/issues.ts';
import type { Journal, StoredStatus, Versions } from '../../src/journal/journal.ts';
import type { Notes } from '../../src/notes/notes.ts';
import { pausesOfTokens } from '../../src/pipeline/dispatch/pauses/pause-stores.ts';
import { createPauses } from '../../src/pipeline/dispatch/pauses/pauses.ts';
import { momentOf, shownDelivery } from '../../src/pipeline/insight/shown-delivery.ts';
import { type Pipeline, startPipeline } from '../../src/pipeline/pipeline.ts';
import type { NodeParts } from '../../src/pipeline/pipeline-parts.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { sealedMessages } from '../../src/secrets/sealed-messages.ts';
import { openSealedTexts } from '../../src/secrets/sealed-text-store.ts';
import { sealer } from '../../src/secrets/sealer.ts';
import { silentTelemetry } from '../../src/telemetry/silent-telemetry.testing.ts';
import { isOnPostgres } from './database.ts';
import { openEngine } from './engine.ts';
import { fakeClock } from './fake-clock.ts';
import { takenLeases } from './taken-leases.ts';

/** The pipeline on storage in memory, with a scripted peer and a fake clock. */
export type Rig = AsyncDisposable & {
  pipeline: Pipeline;
  journal: Journal;
  notes: Notes;
  catalog: Catalog;
  audit: Audit;
  issues: IssueStore;
  egress: FakeEgress;
  clock: ReturnType<typeof fakeClock>;
  failures: unknown[];
  /** What failed with a line in the log for each time. */
  unbounded: string[];
  /** Writes a document, a new one or (with an id) the next version of an old one; returns its id. */
  put(kind: DocumentKind, body: Record<string, unknown>, id?: string): Promise<string>;
  send(...events: Partial<IncomingEvent>[]): Promise<string[]>;
  /** All deliveries, oldest first, as the API shows them. */
  deliveries(): Promise<Delivery[]>;
  statuses(): Promise<DeliveryStatus[]>;
  /** A person's retry and cancellation in the journal alone, by the owner of the delivery. */
  retry(id: string, render?: Versions): Promise<StoredStatus | null>;
  cancel(id: string): Promise<boolean | null>;
  /** Ends this process' pipeline as kill -9 would: nothing is settled or released. The stores live on. */
  restart(): Promise<void>;
  /** Starts another pipeline on the same storage; without a node in embedded mode. */
  start(node?: NodeParts, clock?: Clock): Promise<Pipeline>;
};

export type RigOptions = Pick<FakeEgressOptions, 'handler' | 'connect'> & {
  sandbox?: Sandbox;
  clock?: ReturnType<typeof fakeClock>;
  /** For jitter; by default there is none. */
  random?: () => number;
  requestsMax?: number;
  /** Left out: embedded mode. */
  node?: NodeParts;
  /** The monotonic clock of a node where `clock` can be wrong. */
  monotonic?: () => number;
  /** Of a node by `MILLRACE_TEST_PARTITIONS`; longer than usual in tests of days. */
  everyMs?: number;
};

/** By `MILLRACE_TEST_PARTITIONS`, the pipeline of a test is a node that owns so many partitions; else it is embedded mode. */
const partitions = Number(process.env['MILLRACE_TEST_PARTITIONS'] ?? 1);

/** Whether the pipeline of a test is a node. */
export const isNode = partitions > 1;

/**
 * Whether deliveries of a test's events are in another partition than these, so that they are passed and read there. On
 * PostgreSQL a node creates those of all partitions that it owns with the events.
 */
export const passesDeliveries = isNode && !isOnPostgres();

/** The partition of the deliveries of a connection. */
export const partitionOf = ({ pipeline }: Rig, connectionId: string): number =>
  pipeline.configuration.snapshot.partitions.get(connectionId) ?? 0;

/** A node of a database with so many partitions. `everyMs`: how often it does what others may wait for. */
export function nodeOf(name: string, partitions: number, { now }: Clock, everyMs = 5_000): NodeParts {
  const rhythm = { ttlMs: 3 * everyMs, everyMs, pollMs: everyMs, followMs: everyMs, statusMs: everyMs };
  return { name, partitions, monotonic: now, ...rhythm };
}

const schemas = { connection: connectionInput, destination: destinationInput, action: actionInput };

/** No template of these tests needs JavaScript, unless they pass a sandbox. */
const noSandbox: Sandbox = {
  render: () => Promise.reject(new Error('this test brought no sandbox')),
  stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
  [Symbol.asyncDispose]: async () => {},
};

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const clock = options.clock ?? fakeClock();
  const storage = await openEngine();
  const { audit, catalog, issues, journal, notes } = storage;
  const leaseOf = takenLeases(journal.hot.leases);
  const newId = idSource(clock.now, randomBytes);
  const failures: unknown[] = [];
  const unbounded: string[] = [];
  const { handler, connect } = options;
  const scripts = { ...(handler !== undefined && { handler }), ...(connect !== undefined && { connect }) };
  const egress = fakeEgress({ now: clock.now, ...scripts });

  const seals = sealer({ keys: [{ id: 'of-the-rig', bytes: randomBytes(32) }] });
  const messages = sealedMessages(seals);
  const failed = (error: unknown) => failures.push(error);
  const start = async (node?: NodeParts, own: Clock = clock) =>
    startPipeline({
      catalog,
      journal,
      notes,
      audit,
      sandbox: options.sandbox ?? noSandbox,
      compute: { deliveries: inlineCompute(), drafts: inlineCompute() },
      egress,
      authenticator: createAuthenticator({
        egress,
        now: clock.now,
        newId: () => newId('request'),
        isHttpAllowed: () => true,
        pauses: await createPauses({ store: pausesOfTokens(notes), clock, failed }),
        keptTokens: createKeptTokens(await openSealedTexts('access_token', notes, seals), failed),
      }),
      telemetry: {
        ...silentTelemetry(),
        failed(error, doing) {
          failures.push(error);
          unbounded.push(doing);
        },
        failedOften: (error) => failures.push(error),
      },
      clock: own,
      newId,
      random: options.random ?? (() => 0),
      scrubber: createScrubber(),
      messages,
      limits: {
        retention: { values: { days: 30, bytes: null, auditDays: 365, bodiesMs: null }, fixed: new Set() },
        stopTimeoutMs: 30_000,
        requestsMax: options.requestsMax ?? 4_000,
        everyMs: 60_000,
      },
      lost: (partition) => failures.push(new Error(`lost partition ${partition}`)),
      ...(node !== undefined && { node }),
    });

  const monotonic = options.monotonic ?? clock.now;
  const first =
    options.node ?? (isNode ? { ...nodeOf('node', partitions, clock, options.everyMs), monotonic } : undefined);
  const rig: Rig = {
    pipeline: await start(first),
    journal,
    notes,
    catalog,
    audit,
    issues,
    egress,
    clock,
    failures,
    unbounded,
    async put(kind, body, known) {
      const id = known ?? newId(kind === 'parameter' || kind === 'settings' ? 'request' : kind);
      await rig.pipeline.configuration.change(byItself, (snapshot) => {
        const before = snapshot.documents[kind].get(id);
        const now = new Date(clock.now()).toISOString();
        const parsed = kind in schemas ? schemas[kind as keyof typeof schemas].parse(body) : body; // just looked up
        const document = {
          kind,
          id,
          version: (before?.version ?? 0) + 1,
          body: { ...parsed, ...('connectionId' in body ? { connectionId: body['connectionId'] } : {}) },
          createdAt: before?.createdAt ?? now,
          updatedAt: now,
          updatedBy: 'test',
        };
        return [{ op: 'put', document } satisfies Change];
      });
      return id;
    },
    send: (...events) =>
      rig.pipeline.accept({
        collectorId: 'col_1',
        receivedAt: clock.now(),
        events: events.map((event) => ({
          name: null,
          visitorId: null,
          anonymousId: null,
          sessionId: null,
          occurredAt: new Date(clock.now()).toISOString(),
          data: {},
          ext: {},
          session: {},
          source: { collectorId: 'col_1', format: 'infinity' },
          identity: null,
          ...event,
        })),
      }),
    async deliveries() {
      const closed = rig.pipeline.queueStatus.holds();
      const now = clock.now();
      const logged = await journal.log.deliveries({ limit: 200, closed: [], now });
      const shown = await Promise.all(
        logged.map(async (one) => {
          const whole = await journal.log.delivery(one.id);
          const hold = closed.get(one.destinationId);
          const { rendered: _, ...delivery } = whole ?? { ...one, rendered: null, attemptLog: [] };
          return shownDelivery(delivery, momentOf(one, rig.pipeline.queueStatus, hold, now));
        }),
      );
      return shown.reverse();
    },
    statuses: async () => (await rig.deliveries()).map((one) => one.status),
    retry: (id, render) => journal.log.retry(leaseOf(id), { id, now: clock.now(), render: render ?? null }),
    cancel: (id) => journal.log.cancel(leaseOf(id), id, clock.now()),
    async restart() {
      rig.pipeline = await start(first);
    },
    start,
    async [Symbol.asyncDispose]() {
      const ended = rig.pipeline[Symbol.asyncDispose]();
      // Requests that hang are given up at the stop's own deadline.
      await clock.advance(60_000);
      await ended;
      await storage[Symbol.asyncDispose]();
    },
  };
  return rig;
}

/** Counts the readings of queues from now on. */
export function countReadings({ journal: { hot } }: Rig): () => number {
  const { due } = hot;
  let count = 0;
  hot.due = (query) => {
    count += 1;
    return due(query);
  };
  return () => count;
}

/** Creates a connection, an enabled destination and an action that matches every event; returns their ids. */
export async function wire(
  rig: Rig,
  given: {
    connection?: Record<string, unknown>;
    destination?: Record<string, unknown>;
    action?: Record<string, unknown>;
  } = {},
): Promise<{ connectionId: string; destinationId: string; actionId: string }> {
  const connectionId = await rig.put('connection', {
    name: 'CRM',
    baseUrl: 'https://crm.example/v2',
    ...given.connection,
  });
  const destinationId = await rig.put('destination', {
    connectionId,
    name: 'Orders',
    path: '/orders',
    status: 'enabled',
    ...given.destination,
  });
  const actionId = await rig.put('action', {
    name: 'All',
    description: 'Every event',
    status: 'enabled',
    destinations: [{ destinationId }],
    ...given.action,
  });
  return { connectionId, destinationId, actionId };
}
