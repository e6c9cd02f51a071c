import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { openEngine } from '../../../test/support/engine.ts';
import { fakeClock, settled, workTakesTimeOf } from '../../../test/support/fake-clock.ts';
import { takenLeases } from '../../../test/support/taken-leases.ts';
import { byItself } from '../../contract/by-itself.ts';
import { actionInput } from '../../contract/documents/action.ts';
import { connectionInput } from '../../contract/documents/connection.ts';
import { destinationInput } from '../../contract/documents/destination.ts';
import type { DocumentKind } from '../../contract/documents/document.ts';
import { idSource } from '../../contract/ids.ts';
import { fakeEgress } from '../../egress/fake/fake-egress.testing.ts';
import type { LoggedDelivery } from '../../journal/journal.ts';
import { momentOf, shownDelivery } from '../insight/shown-delivery.ts';
import type { Order } from '../snapshot/order-key.ts';
import type { Document } from '../snapshot/snapshot.ts';
import { createPeers, type Manner } from './simulation-peers.testing.ts';
import { type Life, startProcess } from './simulation-process.testing.ts';

export type World = Awaited<ReturnType<typeof openWorld>>;

export type WorldOptions = {
  /** At most as many as there are names. */
  destinations: number;
  /** How the peer of a destination handles the exchange with this number; undefined: normally. */
  behave(place: number, exchange: number): Manner | undefined;
  /** The order setting of each destination, by visitor. */
  orders?: readonly (Order | null)[];
  scheduleMs?: readonly number[];
};

const names = ['D0', 'D1', 'D2'];
const tokens = ['first0', 'first1'];
const longSchedule = [0, 0, 5_000, 60_000];

/**
 * A server, its peers and its users, in memory and with a fake clock; violated guarantees are recorded in `problems`.
 */
export async function openWorld({ destinations, behave, orders = [], scheduleMs = longSchedule }: WorldOptions) {
  const pending = new Set<Promise<unknown>>();
  /** Runs everything that needs no time to pass. */
  async function settle() {
    for (await settled(); pending.size > 0; await settled()) await Promise.allSettled(pending);
  }
  const clock = fakeClock(Date.UTC(2026, 0, 1), settle);
  const time = workTakesTimeOf(clock);
  const storage = await openEngine();
  const { audit, catalog, journal, notes } = storage;
  const newId = idSource(clock.now, counted());
  const problems: string[] = [];
  const expected = new Set<string>();
  let isFull = false;
  let slowTurns = 0;
  let life: Life = { isOver: false };

  const connections = tokens.map((token, n) => ({ id: `con_${n}`, status: 'enabled', token }));
  const places = names.slice(0, destinations).map((_, n) => ({
    order: orders[n] ?? null,
    id: `dst_${n}`,
    actionId: `act_${n}`,
    status: 'enabled',
    isList: false,
    isThere: true,
  }));

  const peers = createPeers({
    journal,
    clock,
    problems,
    behave,
    orderOf: (id) => places.find((one) => one.id === id)?.order ?? null,
  });
  const { bodies, cancelled } = peers;
  const egress = fakeEgress({ handler: peers.answer, now: clock.now });
  const { hot } = journal;
  const leaseOf = takenLeases(hot.leases);
  const { due } = hot;
  hot.settle = unlessFull(hot.settle);
  hot.mark = unlessFull(hot.mark);
  hot.saveHold = unlessFull(hot.saveHold);
  hot.plan = unlessFull(hot.plan);
  hot.due = async (query) => {
    const found = await due(query);
    for (; slowTurns > 0; slowTurns--) await turnOfLoop();
    return found;
  };

  function unlessFull<Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) {
    return (...given: Given) => (isFull ? Promise.reject(new Error('the disk is full')) : call(...given));
  }

  function start() {
    life = { isOver: false };
    peers.forgetWire();
    return startProcess({ catalog, journal, notes, audit, egress, clock, newId, problems, pending }, life);
  }

  function documentOf(kind: DocumentKind, id: string, body: unknown, before?: Document<unknown>) {
    const at = new Date(clock.now()).toISOString();
    const dates = { createdAt: before?.createdAt ?? at, updatedAt: at, updatedBy: 'somebody' };
    return { op: 'put' as const, document: { kind, id, version: (before?.version ?? 0) + 1, body, ...dates } };
  }

  const connectionBody = (n: number, { status, token }: (typeof connections)[number]) =>
    bodyOfConnection(n, status, token, scheduleMs);
  const destinationBody = (n: number, { status, isList, order }: (typeof places)[number]) =>
    bodyOfDestination(n, status, isList, order);

  await catalog.change(
    0,
    [
      ...connections.map((one, n) => documentOf('connection', one.id, connectionBody(n, one))),
      ...places.map((one, n) => documentOf('destination', one.id, destinationBody(n, one))),
      ...places.map(({ actionId }, n) => documentOf('action', actionId, bodyOfAction(n))),
    ],
    [],
  );
  let pipeline = await start();

  /** Holds may end. */
  function forgetHolds() {
    peers.shut.clear();
    peers.quietUntil.clear();
    peers.lastStatus.clear();
    peers.generation += 1;
  }

  async function put(kind: DocumentKind, id: string, body: unknown) {
    await pipeline.configuration.change(byItself, ({ documents }) => [
      documentOf(kind, id, body, documents[kind].get(id)),
    ]);
  }

  async function writeConnection(n: number, change: { status?: string; token?: string }) {
    const connection = Object.assign(connections[n] ?? {}, change) as (typeof connections)[number]; // there are two
    forgetHolds();
    await put('connection', connection.id, connectionBody(n, connection));
  }

  async function writeDestination(n: number, change: { status?: string; isList?: boolean }) {
    const destination = places[n];
    if (destination?.isThere !== true) return;
    peers.shut.clear();
    await put('destination', destination.id, destinationBody(n, Object.assign(destination, change)));
  }

  async function all(): Promise<LoggedDelivery[]> {
    return journal.log.deliveries({ limit: 100_000, closed: [], now: clock.now() });
  }

  async function pick(which: number): Promise<LoggedDelivery | undefined> {
    const found = await all();
    return found[which % Math.max(1, found.length)];
  }

  /**
   * A request that was sent but not recorded may be rendered again, if its delivery was on hold and changed in between.
   */
  async function end() {
    life.isOver = true;
    pending.clear();
    forgetHolds();
    peers.overtaken.clear();
    for (const id of bodies.keys()) if ((await journal.log.delivery(id))?.rendered === null) bodies.delete(id);
  }

  const world = {
    clock,
    problems,
    peers,
    settle,
    /** The expected deliveries, as `event action`. */
    expected,
    /** Accepted events. */
    accepted: 0,
    /** Deliveries that had finished when a person retried them, by their final status. */
    redone: { delivered: 0, failed: 0, skipped: 0, cancelled: 0 } as Record<string, number>,
    /** Whether a delivery was cancelled while in flight. */
    isCutOff: false,
    deliveries: all,
    async counted() {
      return (await pipeline.statistics.read({ kind: 'all', id: null, range: '15m' })).totals;
    },
    /**
     * Deliveries as the API shows them; the holds; the deliveries in flight, and those that are due and wait for
     * nothing.
     */
    async seen() {
      const { queueStatus } = pipeline;
      const now = clock.now();
      const closed = queueStatus.holds();
      const rows = await all();
      const shown = rows.map((one) =>
        shownDelivery(one, momentOf(one, queueStatus, closed.get(one.destinationId), now)),
      );
      const isFree = (one: LoggedDelivery) =>
        one.dueAt !== null &&
        one.dueAt <= now &&
        one.waitsFor === undefined &&
        queueStatus.blockOf(one)?.limit !== 'rate';
      const sending = rows.filter((one) => queueStatus.isSending(one.id));
      const free = rows.filter((one) => isFree(one) && !sending.includes(one));
      return { shown, closed, sending, free, unmatched: pipeline.depth().unmatched };
    },
    /** From now on held destinations get nothing but the next probe. */
    noteHolds() {
      for (const [id, { probeAt }] of pipeline.queueStatus.holds()) {
        const place = places.findIndex((one) => one.id === id);
        if (probeAt === null) peers.shut.add(place);
        else peers.quietUntil.set(place, probeAt);
      }
    },
    writeConnection,
    writeDestination,
    async turn(turns: number) {
      for (let turn = 0; turn < turns; turn++) await turnOfLoop();
    },
    /** Sends events for the destinations whose bits are set in `to`. */
    async send(count: number, to: number) {
      const chosen = places.filter((place, n) => place.isThere && (to & (1 << n)) !== 0);
      const data = Object.fromEntries(places.map((_, n) => [`to${n}`, (to & (1 << n)) === 0 ? 'no' : 'yes']));
      const events = Array.from({ length: count }, (_, n) => ({
        name: null,
        visitorId: ['a', 'b', 'a', null][n % 4] ?? null,
        anonymousId: null,
        sessionId: null,
        occurredAt: new Date(clock.now()).toISOString(),
        data,
        ext: {},
        session: {},
        source: { collectorId: 'col_1', format: 'infinity' },
        identity: null,
      }));
      const ids = await pipeline.accept({ collectorId: 'col_1', receivedAt: clock.now(), events });
      world.accepted += count;
      for (const [n, id] of ids.entries()) peers.visitors.set(id, events[n]?.visitorId ?? null);
      for (const id of ids) for (const { actionId } of chosen) expected.add(`${id} ${actionId}`);
    },
    async cancel(which: number) {
      const found = await pick(which);
      if (found === undefined) return;
      const isCancelled = await journal.log.cancel(leaseOf(found.id), found.id, clock.now());
      if (isCancelled === true) pipeline.events.emit('ended', found, { status: 'cancelled' }, 1);
      pipeline.queueStatus.wake([found.destinationId]);
      if (isCancelled !== true) return;
      if (pipeline.queueStatus.isSending(found.id)) world.isCutOff = true;
      else cancelled.add(found.id);
    },
    /** Returns the id of the retried delivery. */
    async retry(which: number, again: boolean): Promise<string | undefined> {
      const found = await pick(which);
      if (found === undefined || pipeline.queueStatus.isSending(found.id)) return;
      const { destination, action } = pipeline.configuration.snapshot.documents;
      const destinationVersion = destination.get(found.destinationId)?.version;
      const actionVersion = action.get(found.actionId ?? '')?.version;
      if (destinationVersion === undefined || actionVersion === undefined) return;
      if (again) bodies.delete(found.id);
      cancelled.delete(found.id);
      if (found.status in world.redone) world.redone[found.status] = (world.redone[found.status] ?? 0) + 1;
      for (const { id } of await all()) if (pipeline.queueStatus.isSending(id)) peers.overtaken.add(id);
      const render = again ? { actionVersion, destinationVersion } : null;
      const retried = journal.log.retry(leaseOf(found.id), { id: found.id, now: clock.now(), render });
      pipeline.queueStatus.wake([found.destinationId]);
      await retried;
      // It may have left a moment before, as it was.
      if (again) bodies.delete(found.id);
      return found.id;
    },
    /** Only when all events are matched, so that their deliveries are known. */
    async deleteDestination(n: number) {
      const place = places[n];
      await world.turn(20);
      if (place?.isThere !== true || pipeline.depth().unmatched > 0) return;
      place.isThere = false;
      await pipeline.configuration.change(byItself, ({ documents }) => {
        const gone = [documents.action.get(place.actionId), documents.destination.get(place.id)];
        return gone.flatMap((document) => (document === undefined ? [] : [{ op: 'delete' as const, document }]));
      });
    },
    /** kill -9: calls that the process made may take effect, but it does not get their results. */
    async kill() {
      await end();
      pipeline = await start();
    },
    async stop() {
      const ended = pipeline[Symbol.asyncDispose]();
      await clock.advance(31_000);
      await ended;
      await end();
      isFull = false;
      pipeline = await start();
    },
    async fillStorage(ms: number) {
      isFull = true;
      await clock.advance(ms);
      isFull = false;
    },
    slowReading(turns: number) {
      slowTurns = turns;
    },
    /** All peers are good, everything is enabled, and time passes. */
    async comeToRest(restMs = 150_000) {
      peers.isGood = true;
      await clock.advance(1_000);
      // This also releases deliveries that have used up their schedule.
      for (const one of [...connections, ...places]) one.status = 'enabled';
      forgetHolds();
      await pipeline.configuration.change(byItself, ({ documents: { connection, destination } }) => [
        ...connections.map((one, n) =>
          documentOf('connection', one.id, connectionBody(n, one), connection.get(one.id)),
        ),
        ...places.flatMap((one, n) => {
          const before = destination.get(one.id);
          if (before === undefined || before.body.status === 'enabled') return [];
          return [documentOf('destination', one.id, destinationBody(n, one), before)];
        }),
      ]);
      for (const { id } of connections) await pipeline.queueStatus.reopen(id);
      await clock.advance(restMs);
    },
    async [Symbol.asyncDispose]() {
      life.isOver = true;
      await storage[Symbol.asyncDispose]();
      time[Symbol.dispose]();
    },
  };
  return world;
}

/** Distinct random digits of 5 bits each: nothing here is secret, and the system's random source is slow. */
function counted(): (digits: number) => Uint8Array {
  let count = 0;
  return (digits) => {
    const counter = new Uint8Array(digits);
    for (let at = digits - 1, rest = ++count; rest > 0; at--, rest = Math.floor(rest / 32)) counter[at] = rest;
    return counter;
  };
}

/** Caches results by arguments: parsing takes longer than running a short story. */
function remembered<Given extends unknown[], Made>(make: (...given: Given) => Made): (...given: Given) => Made {
  const made = new Map<string, Made>();
  return (...given) => {
    const key = JSON.stringify(given);
    const known = made.get(key) ?? make(...given);
    made.set(key, known);
    return known;
  };
}

const bodyOfConnection = remembered((n: number, status: string, token: string, scheduleMs: readonly number[]) =>
  connectionInput.parse({
    name: `C${n}`,
    baseUrl: `https://c${n}.example`,
    status,
    auth: n === 0 ? { type: 'bearer', token } : { type: 'none' },
    settings: { retry: { scheduleMs } },
  }),
);

const bodyOfDestination = remembered((n: number, status: string, isList: boolean, order: Order | null) => ({
  ...destinationInput.parse({
    name: names[n],
    path: `/${n}`,
    status,
    template: `{{! return JSON.stringify(it.data${isList ? '' : '[0]'}); }}`,
    settings: { order },
  }),
  connectionId: `con_${n % 2}`,
}));

const bodyOfAction = remembered((n: number) =>
  actionInput.parse({
    name: `A${n}`,
    description: 'some',
    status: 'enabled',
    rules: { parameter: `to${n}`, operator: 'equals', value: 'yes' },
    destinations: [{ destinationId: `dst_${n}` }],
  }),
);
