import { fakeClock, settled, workTakesTimeOf } from '../../../test/support/fake-clock.ts';
import { pause } from '../../async/clock.ts';
import type { Change } from '../../catalog/catalog.ts';
import { byItself } from '../../contract/by-itself.ts';
import { actionInput } from '../../contract/documents/action.ts';
import { connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { AppError } from '../../contract/errors.ts';
import { idSource, placeOf } from '../../contract/ids.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import { fakeEgress } from '../../egress/fake/fake-egress.testing.ts';
import { settlement } from '../../journal/conformance/journal-samples.testing.ts';
import { isFinished } from '../../journal/journal.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { createReceivers, type Manner, type Place, type Sender, type SentEvent } from './nodes-receivers.testing.ts';
import { openNodesStorage } from './nodes-storage.testing.ts';
import { type Life, startProcess, track } from './simulation-process.testing.ts';

const partitions = 4;
const ttlMs = 2_000;
const connections = 4;

/** A process of the cluster. `pipeline` null: it is starting. */
type Node = {
  sender: Sender;
  life: Life & { isCut: 'no' | 'before' | 'after' };
  offsetMs: number;
  pipeline: Pipeline | null;
  isLeaving: boolean;
  go(): void;
  /** Its process has ended. */
  gone(): void;
};

export type NodesWorld = Awaited<ReturnType<typeof openNodes>>;

const cutOff = new Error('cut off from the database');
/** What a node may report while others take its partitions, or while it has no storage. */
const isExpected = (error: unknown) =>
  error === cutOff || (error instanceof AppError && ['unavailable', 'conflict', 'storage_busy'].includes(error.code));

const places: Place[] = [
  { id: 'dst_0', connection: 0, order: { key: 'visitorId', releaseAfter: null }, isBatch: false },
  { id: 'dst_1', connection: 1, order: { key: 'visitorId', releaseAfter: 2 }, isBatch: false },
  { id: 'dst_2', connection: 2, order: null, isBatch: false },
  { id: 'dst_3', connection: 3, order: null, isBatch: true },
  { id: 'dst_4', connection: 0, order: { key: 'visitorId', releaseAfter: null }, isBatch: true },
];

/**
 * Three nodes on one database with four partitions, in one process with a fake clock, and the systems that they send to.
 * Violated guarantees are noted in `problems`.
 */
export async function openNodes(random: () => number) {
  /** How long a call of the database takes at most, and a socket to open. */
  const [latencyMs, connectMs] = [pick(random, [0, 0, 8, 60]), pick(random, [0, 30, 800])];
  const pending = new Set<Promise<unknown>>();
  async function settle() {
    for (await settled(); pending.size > 0; await settled()) await Promise.allSettled(pending);
  }
  const clock = fakeClock(Date.UTC(2026, 0, 1), settle);
  const time = workTakesTimeOf(clock);
  const problems: string[] = [];
  const storage = await openNodesStorage(clock, problems);
  const { catalog, journal, former, ownerOf, formerLease, writeLate } = storage;
  const newId = idSource(clock.now, counted());
  const sent = new Map<number, SentEvent>();
  const numbers = new Map<string, number>();
  const nodes: (Node | null)[] = [null, null, null];
  /** Nodes that leave are not in their place any more. */
  const all: Node[] = [];
  /** The ends of their connections. */
  const closings: Promise<void>[] = [];
  const counts = { kills: 0, stops: 0, leaves: 0, starts: 0, jumps: 0, cuts: 0, refused: 0, unknown: 0 };
  let moment = 0;
  let names = 0;

  async function numberOf(eventId: string | null): Promise<number | null> {
    if (eventId === null) return null;
    const known = numbers.get(eventId);
    if (known !== undefined) return known;
    const event = await journal.log.event(eventId);
    const n = event === null ? null : Number(event.data['n']);
    if (n !== null) numbers.set(eventId, n);
    return n;
  }

  const receivers = createReceivers({ journal, clock, random, problems, places, sent, numberOf, ownerOf });

  async function start(at: number): Promise<void> {
    const sender: Sender = { name: `node ${names++}`, actsUntil: 0, lapses: 0 };
    const go = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const node: Node = {
      sender,
      life: { isOver: false, continues: null, isCut: 'no' },
      offsetMs: 0,
      pipeline: null,
      isLeaving: false,
      go: go.resolve,
      gone: gone.resolve,
    };
    nodes[at] = node;
    all.push(node);
    counts.starts += 1;
    const { life } = node;
    const ports = await storage.node(sender.name);
    closings.push(gone.promise.then(() => ports[Symbol.asyncDispose]()));
    const { leases } = ports.journal.hot;
    const beating = {
      ...leases,
      async beat(request: Parameters<typeof leases.beat>[0]) {
        const until = clock.now() + request.ttlMs;
        const roster = await leases.beat(request);
        if (clock.now() >= sender.actsUntil) sender.lapses += 1;
        sender.actsUntil = until;
        return roster;
      },
    };
    const own = {
      clock: { now: () => clock.now() + node.offsetMs, after: clock.after },
      egress: fakeEgress({
        connect: () => takeTime(connectMs, life),
        handler: (request) => receivers.answer(sender, request),
        now: clock.now,
      }),
      journal: remote({ ...ports.journal, hot: { ...ports.journal.hot, leases: beating } }, life),
      catalog: remote(ports.catalog, life),
      notes: remote(ports.notes, life),
      audit: ports.audit,
      node: {
        name: sender.name,
        partitions,
        monotonic: clock.now,
        ttlMs,
        everyMs: 400,
        pollMs: 500,
        followMs: 500,
        statusMs: 500,
      },
    };
    try {
      node.pipeline = await startProcess({ ...own, newId, problems, pending: new Set(), isExpected }, life);
    } catch (error) {
      // A process that cannot start ends.
      if (!isExpected(error)) problems.push(`start: ${error}`);
      end(node);
    }
  }

  /** Some time, and then as long as the process is stopped; for ever, when it is killed. */
  async function takeTime(mostMs: number, life: Life): Promise<void> {
    const ms = mostMs === 0 ? 0 : Math.max(0, Math.floor((random() - 0.5) * 2 * mostMs));
    if (ms > 0) await pause(clock, ms);
    while (life.continues) await life.continues;
    if (life.isOver) await new Promise<never>(() => {});
  }

  /** A port as a node sees it, which fails while the node is cut off. */
  function remote<Port extends object>(port: Port, life: Node['life']): Port {
    return new Proxy(port, {
      get(target, key) {
        const part: unknown = Reflect.get(target, key);
        if (typeof part === 'object' && part !== null) return remote(part, life);
        if (typeof part !== 'function') return part;
        return async (...given: unknown[]) => {
          if (latencyMs > 0) await takeTime(latencyMs, life);
          if (life.isCut === 'before') throw cutOff;
          const asked: unknown = Reflect.apply(part, target, given);
          if (asked instanceof Promise) track(asked, pending);
          const answer = await asked;
          if (latencyMs > 0) await takeTime(latencyMs, life);
          if (life.isCut === 'after') throw cutOff;
          return answer;
        };
      },
    });
  }

  function end(node: Node) {
    node.life.isOver = true;
    node.gone();
    const at = nodes.indexOf(node);
    if (at >= 0) nodes[at] = null;
  }

  /** A node that runs, counted from a place on. */
  function running(at: number): Node | null {
    for (let n = 0; n < nodes.length; n++) {
      const node = nodes[(at + n) % nodes.length];
      if (node?.pipeline != null && !node.life.continues) return node;
    }
    return null;
  }

  const documentOf = (
    kind: DocumentKind,
    id: string,
    body: unknown,
    before?: { version: number; createdAt: string },
  ) => {
    const at = new Date(clock.now()).toISOString();
    const dates = { createdAt: before?.createdAt ?? at, updatedAt: at, updatedBy: 'somebody' };
    return { op: 'put' as const, document: { kind, id, version: (before?.version ?? 0) + 1, body, ...dates } };
  };

  await catalog.change(0, firstDocuments(documentOf), []);

  const world = {
    clock,
    problems,
    receivers,
    former,
    counts,
    sent,
    async turn(turns: number) {
      for (let turn = 0; turn < turns; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    },
    /** Sends events for the destinations whose bits are set, to a node. Does not wait for the acknowledgement. */
    send(at: number, events: readonly { visitor: string | null; to: number }[]) {
      const node = [0, 1, 2].map((n) => nodes[(at + n) % nodes.length]).find((one) => one?.pipeline != null);
      if (node?.pipeline == null) return;
      const own = events.map(({ visitor, to }): SentEvent => {
        const event = { n: sent.size, visitor, to, began: moment++, acknowledged: null, id: null };
        sent.set(event.n, event);
        return event;
      });
      const receivedAt = clock.now() + node.offsetMs;
      const request = { collectorId: 'col_1', receivedAt, events: own.map((one) => incoming(one, receivedAt)) };
      const { life } = node;
      // A stopped process takes nothing in before it continues.
      const accepted = life.continues
        ? life.continues.then(() =>
            life.isOver ? new Promise<never>(() => {}) : (node.pipeline?.accept(request) ?? []),
          )
        : node.pipeline.accept(request);
      accepted.then(
        (ids) => {
          for (const [index, id] of ids.entries()) {
            const event = own[index];
            if (event !== undefined && !life.isOver) Object.assign(event, { acknowledged: moment, id });
          }
          moment += 1;
        },
        (error: unknown) => {
          if (!isExpected(error)) problems.push(`accept: ${error}`);
          const isRefused = error instanceof AppError && error.code === 'unavailable';
          counts[isRefused ? 'refused' : 'unknown'] += 1;
          if (isRefused) for (const { n } of own) refused.add(n);
        },
      );
    },
    behave(connection: number, manner: Manner) {
      receivers.behaviors.set(connection, manner);
    },
    async start(at: number) {
      if (nodes[at] === null) void start(at);
    },
    /** kill -9: calls that the process made may take effect, but it does not get their results. */
    kill(at: number) {
      const node = nodes[at];
      if (!node) return;
      counts.kills += 1;
      end(node);
    },
    stop(at: number) {
      const node = nodes[at];
      if (!node || node.life.continues) return;
      counts.stops += 1;
      const { promise, resolve } = Promise.withResolvers<void>();
      node.life.continues = promise;
      node.go = () => {
        node.life.continues = null;
        resolve();
      };
    },
    go(at: number) {
      nodes[at]?.go();
    },
    leave(at: number) {
      const node = nodes[at];
      if (node?.pipeline == null || node.life.continues) return;
      counts.leaves += 1;
      node.isLeaving = true;
      nodes[at] = null;
      void node.pipeline[Symbol.asyncDispose]().then(
        () => end(node),
        (error) => problems.push(`leave: ${error}`),
      );
    },
    jump(at: number, offsetMs: number) {
      const node = nodes[at];
      if (!node) return;
      counts.jumps += 1;
      node.offsetMs = offsetMs;
    },
    /** The storage of a node fails: its calls do nothing, or take effect without an answer. */
    cut(at: number, how: 'no' | 'before' | 'after') {
      const node = nodes[at];
      if (!node) return;
      if (how !== 'no') counts.cuts += 1;
      node.life.isCut = how;
    },
    /** A former owner comes back and writes late: with the outcome of a delivery that its next owner has now. */
    async haunt() {
      const lease = await formerLease(random);
      if (lease === null) return;
      const query = { limit: 100_000, closed: [], now: clock.now() };
      const rows = await journal.log.deliveries(query);
      const own = rows.filter(({ id }) => placeOf('delivery', id)?.partition === lease.partition);
      const one = own.find(({ status }) => !isFinished(status)) ?? own[0];
      const event = { n: -1, visitor: null, to: 0, began: 0, acknowledged: null, id: null };
      const outcome = one && {
        ...settlement(one.id, { status: 'delivered', attempts: 1 }),
        destinationId: one.destinationId,
      };
      await writeLate(lease, incoming(event, clock.now()), outcome ?? null);
    },
    /** Writes a destination or a connection at a node. */
    write(at: number, kind: 'connection' | 'destination', n: number, change: object) {
      const node = running(at);
      if (node?.pipeline == null) return;
      const id = kind === 'connection' ? `con_${n}` : `dst_${n}`;
      void rewrite(node.pipeline, [{ kind, id, change }]).catch((error) => {
        if (!isExpected(error)) problems.push(`write: ${error}`);
      });
    },
    /** Every system works, every node runs by the right time, everything is enabled, and time passes. */
    async comeToRest() {
      for (let n = 0; n < connections; n++) receivers.behaviors.set(n, 'well');
      for (const node of all) {
        node.offsetMs = 0;
        node.life.isCut = 'no';
        node.go();
      }
      await clock.advance(5_000);
      for (const at of nodes.keys()) await world.start(at);
      await clock.advance(5_000);
      const one = running(0)?.pipeline;
      if (one == null) return void problems.push('no node runs');
      const written = rewrite(one, [
        ...Array.from({ length: connections }, (_, n) => ({
          kind: 'connection' as const,
          id: `con_${n}`,
          change: enabled,
        })),
        ...places.map(({ id }) => ({ kind: 'destination' as const, id, change: enabled })),
      ]);
      await clock.advance(2_000);
      await written;
      const reopened = nodes.flatMap((node) =>
        Array.from({ length: connections }, (_, n) => node?.pipeline?.queueStatus.reopen(`con_${n}`)),
      );
      // A pause that a system asked for by a wrong clock ends after 30 s more.
      for (let waitedMs = 0; waitedMs < 180_000; waitedMs += 5_000) {
        await clock.advance(5_000);
        if (waitedMs > 20_000 && (await journal.housekeeping.usage()).unfinished === 0) break;
      }
      await Promise.all(reopened);
    },
    check,
    async [Symbol.asyncDispose]() {
      for (const node of all) end(node);
      await Promise.all(closings);
      await storage[Symbol.asyncDispose]();
      time[Symbol.dispose]();
    },
  };
  const refused = new Set<number>();

  async function rewrite(
    { configuration }: Pipeline,
    changes: { kind: 'connection' | 'destination'; id: string; change: object }[],
  ) {
    await configuration.change(byItself, ({ documents }: Snapshot): Change[] =>
      changes.flatMap(({ kind, id, change }) => {
        const before = documents[kind].get(id);
        return before === undefined ? [] : [documentOf(kind, id, { ...before.body, ...change }, before)];
      }),
    );
  }

  /** What must hold in the end. */
  async function check() {
    await storage.check();
    const stored = new Map<string, string[]>();
    const query = { limit: 100_000, closed: [], now: clock.now() };
    for (const { id, eventId, destinationId, status, reason, detail } of await journal.log.deliveries(query)) {
      const n = await numberOf(eventId);
      const event = sent.get(n ?? -1);
      const place = places.findIndex((one) => one.id === destinationId);
      const what = `${id} of event ${n}`;
      if (event === undefined || (event.to & (1 << place)) === 0) problems.push(`${what} was planned without a reason`);
      if (refused.has(n ?? -1)) problems.push(`${what}: its request was refused, and it is stored`);
      if (!['delivered', 'failed', 'skipped', 'cancelled'].includes(status))
        problems.push(`${what} is ${status}: ${reason} ${detail}`);
      if (reason === 'poison' && counts.kills < 3) problems.push(`${what} was quarantined after ${counts.kills} kills`);
      const key = `${n} ${destinationId}`;
      stored.set(key, [...(stored.get(key) ?? []), id]);
    }
    for (const [key, ids] of stored) if (ids.length > 1) problems.push(`event ${key} has the deliveries ${ids}`);
    for (const { n, to, acknowledged, id } of sent.values()) {
      if (acknowledged === null) continue;
      if ((await journal.log.event(id ?? '')) === null) problems.push(`event ${n} was acknowledged and is not stored`);
      for (const [place, { id: destinationId }] of places.entries())
        if ((to & (1 << place)) !== 0 && !stored.has(`${n} ${destinationId}`))
          problems.push(`event ${n} was acknowledged and has no delivery to ${destinationId}`);
    }
    for (const node of nodes) {
      const depth = node?.pipeline?.depth();
      if (depth === undefined) problems.push('a node does not run');
      else if (depth.inMemory + depth.inFlight + depth.heldBytes + depth.unmatched > 0)
        problems.push(`${node?.sender.name} still has ${JSON.stringify(depth)}`);
    }
  }

  return world;
}

const enabled = { status: 'enabled' };

function firstDocuments(documentOf: (kind: DocumentKind, id: string, body: unknown) => Change): Change[] {
  const settings = { retry: { scheduleMs: [0, 0, 700, 4_000, 15_000], jitter: 0 } };
  return [
    ...Array.from({ length: connections }, (_, n) => {
      const base = { name: `C${n}`, baseUrl: `https://c${n}.example`, status: 'enabled', auth: { type: 'none' } };
      return { ...documentOf('connection', `con_${n}`, connectionInput.parse({ ...base, settings })), partition: n };
    }),
    ...places.map(({ id, connection, order, isBatch }, n) => {
      const own = { order, ...(isBatch && { batch: { records: 4, waitMs: 300 } }) };
      const template = `{{! return JSON.stringify(it.data${isBatch ? '' : '[0]'}); }}`;
      const body = destinationInput.parse({ name: `D${n}`, path: `/${n}`, status: 'enabled', template, settings: own });
      return documentOf('destination', id, { ...body, connectionId: `con_${connection}` });
    }),
    ...places.map(({ id }, n) =>
      documentOf(
        'action',
        `act_${n}`,
        actionInput.parse({
          name: `A${n}`,
          description: 'some',
          status: 'enabled',
          rules: { parameter: `to${n}`, operator: 'equals', value: 'yes' },
          destinations: [{ destinationId: id }],
        }),
      ),
    ),
  ];
}

function incoming({ n, visitor, to }: SentEvent, now: number): IncomingEvent {
  const data = Object.fromEntries(places.map((_, place) => [`to${place}`, (to & (1 << place)) === 0 ? 'no' : 'yes']));
  return {
    name: null,
    visitorId: visitor,
    anonymousId: null,
    sessionId: null,
    occurredAt: new Date(now).toISOString(),
    data: { n: String(n), ...data },
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    identity: null,
  };
}

const pick = (random: () => number, of: readonly number[]): number => of[Math.floor(random() * of.length)] ?? 0;

/** Distinct digits of 5 bits each: nothing here is secret. */
function counted(): (digits: number) => Uint8Array {
  let count = 0;
  return (digits) => {
    const counter = new Uint8Array(digits);
    for (let at = digits - 1, rest = ++count; rest > 0; at--, rest = Math.floor(rest / 32)) counter[at] = rest;
    return counter;
  };
}
