import { randomBytes } from 'node:crypto';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { memoryAudit } from '../audit/memory/memory-audit.ts';
import { memoryCatalog } from '../catalog/memory/memory-catalog.ts';
import { createAuthenticator } from '../connections/authenticator.ts';
import { actionInput } from '../contract/action.ts';
import { byItself } from '../contract/audit.ts';
import { connectionInput } from '../contract/connection.ts';
import { destinationInput } from '../contract/destination.ts';
import type { DocumentKind } from '../contract/document.ts';
import { idSource } from '../contract/ids.ts';
import type { EgressRequest } from '../egress/egress.ts';
import { type FakeAnswer, fakeEgress } from '../egress/fake/fake-egress.ts';
import { isFinished, type LoggedDelivery } from '../journal/journal.ts';
import { memoryJournal } from '../journal/memory/memory-journal.ts';
import { createScrubber } from '../secrets/scrubber.ts';
import { silentTelemetry } from '../telemetry/telemetry.ts';
import type { Clock } from './clock.ts';
import type { Order } from './order.ts';
import { type Pipeline, startPipeline } from './pipeline.ts';

/** How a peer treats one request. */
export type Manner =
  | { status: number; afterMs: number; retryAfter: string | null }
  | { error: 'reset' | 'timeout'; afterMs: number };

export type World = Awaited<ReturnType<typeof openWorld>>;

type Life = { isOver: boolean };

/** A server, its peers and the people who work with it, on memory and a clock of their own; what must never happen is noted in `problems`. */
export async function openWorld({
  manners,
  destinations,
  orders = [],
}: {
  manners: readonly Manner[];
  destinations: number;
  /** The order of each destination's deliveries, by visitor. */
  orders?: readonly (Order | null)[];
}) {
  const clock = fakeClock();
  const audit = memoryAudit();
  const catalog = memoryCatalog(audit);
  const journal = memoryJournal(audit);
  const newId = idSource(clock.now, randomBytes);
  const problems: string[] = [];
  const expected = new Set<string>();
  const bodies = new Map<string, string>();
  const visitors = new Map<string, string | null>();
  /** On the wire when an earlier one of its visitor was started again. */
  const overtaken = new Set<string>();
  /** Of which somebody was told that they are. */
  const cancelled = new Set<string>();
  let onWire = new Set<string>();
  let exchanges = 0;
  let isGood = false;
  let isFull = false;
  let slowTurns = 0;
  let life: Life = { isOver: false };

  const settings = { retry: { scheduleMs: [0, 0, 5_000, 60_000] } };
  const connections = [0, 1].map((n) => ({ id: newId('connection'), status: 'enabled', token: `first${n}` }));
  const places = Array.from({ length: destinations }, (_, n) => ({
    order: orders[n] ?? null,
    id: newId('destination'),
    actionId: newId('action'),
    status: 'enabled',
    isList: false,
    isThere: true,
  }));

  async function answer(request: EgressRequest): Promise<FakeAnswer> {
    const mine = onWire;
    const manner = manners[exchanges % manners.length];
    exchanges += 1;
    const id = request.headers.find(([name]) => name === 'Idempotency-Key')?.[1] ?? '';
    const body = String(request.body);
    const found = await journal.log.delivery(id);
    if (cancelled.has(id) || found === null || (isFinished(found.status) && found.status !== 'cancelled'))
      problems.push(`${id} was sent although ${found?.status}`);
    else if (found.status === 'cancelled') return { status: 200 };
    else if (found.dueAt === null || found.dueAt > clock.now()) problems.push(`${id} was sent before its time`);
    if (mine.has(id)) problems.push(`${id} was sent twice at once`);
    if (found !== null) await checkOrder(found, mine);
    if (bodies.has(id) && bodies.get(id) !== body) problems.push(`${id} was sent with other bytes`);
    bodies.set(id, body);
    mine.add(id);
    if (!isGood && manner !== undefined && manner.afterMs > 0)
      await new Promise<void>((resolve) => clock.after(manner.afterMs, resolve));
    mine.delete(id);
    if (isGood || manner === undefined) return { status: 200 };
    if ('error' in manner) return { error: { kind: manner.error, message: 'broken' } };
    const { status, retryAfter } = manner;
    return { status, headers: retryAfter === null ? [] : [['retry-after', retryAfter]] };
  }

  /** Earlier ones of its visitor are finished or let go, and no other one is on the wire. */
  async function checkOrder(sent: LoggedDelivery, mine: ReadonlySet<string>) {
    const order = places.find(({ id }) => id === sent.destinationId)?.order ?? null;
    const visitor = visitors.get(sent.eventId ?? '') ?? null;
    const isGone = ({ attempts }: LoggedDelivery) => attempts >= (order?.releaseAfter ?? Number.POSITIVE_INFINITY);
    if (order === null || visitor === null || isGone(sent)) return;
    const mayPass = overtaken.delete(sent.id);
    for (const other of await all()) {
      const isRelated = other.destinationId === sent.destinationId && visitors.get(other.eventId ?? '') === visitor;
      if (!isRelated || other.id === sent.id || isGone(other)) continue;
      if (mine.has(other.id)) problems.push(`${sent.id} was sent while ${other.id} of its visitor was on the wire`);
      else if (other.id < sent.id && !isFinished(other.status) && !mayPass)
        problems.push(`${sent.id} was sent before ${other.id} of its visitor, which is ${other.status}`);
    }
  }

  const egress = fakeEgress({ handler: answer, now: clock.now });
  const { deliveries, matching } = journal;
  const { due } = deliveries;
  deliveries.settle = unlessFull(deliveries.settle);
  deliveries.mark = unlessFull(deliveries.mark);
  deliveries.saveGate = unlessFull(deliveries.saveGate);
  matching.plan = unlessFull(matching.plan);
  deliveries.due = async (query) => {
    const found = await due(query);
    for (; slowTurns > 0; slowTurns--) await turnOfLoop();
    return found;
  };

  function unlessFull<Given extends unknown[], Answer>(call: (...given: Given) => Promise<Answer>) {
    return (...given: Given) => (isFull ? Promise.reject(new Error('the disk is full')) : call(...given));
  }

  async function start(): Promise<Pipeline> {
    life = { isOver: false };
    onWire = new Set();
    const own = life;
    const out = mortal(egress, own);
    return startPipeline({
      catalog: mortal(catalog, own),
      journal: mortal(journal, own),
      audit: mortal(audit, own),
      sandbox: {
        render: () => Promise.reject(new Error('no template of the simulation needs one')),
        stats: { renders: 0, threw: 0, exceededTime: 0, exceededMemory: 0, exceededOutput: 0, restarts: 0, queued: 0 },
        [Symbol.asyncDispose]: async () => {},
      },
      egress: out,
      authenticator: createAuthenticator({
        egress: out,
        now: clock.now,
        newId: () => newId('request'),
        isHttpAllowed: () => true,
      }),
      telemetry: {
        ...silentTelemetry(),
        failed(error, doing) {
          if (!(error instanceof Error) || error.message !== 'the disk is full') problems.push(`${doing}: ${error}`);
        },
      },
      clock: mortalClock(clock, own),
      newId,
      random: () => 0.5,
      scrubber: createScrubber(),
      limits: {
        retention: { values: { days: 30, bytes: null, auditDays: 365, bodiesMs: null }, fixed: new Set() },
        stopTimeoutMs: 30_000,
        everyMs: 60_000,
      },
      lost: (scope) => problems.push(`lost ${scope}`),
    });
  }

  let pipeline = await start();

  async function put(kind: DocumentKind, id: string, body: unknown) {
    await pipeline.configuration.change(byItself, ({ documents }) => {
      const before = documents[kind].get(id);
      const at = new Date(clock.now()).toISOString();
      const dates = { createdAt: before?.createdAt ?? at, updatedAt: at, updatedBy: 'somebody' };
      return [{ op: 'put', document: { kind, id, version: (before?.version ?? 0) + 1, body, ...dates } }];
    });
  }

  async function writeConnection(n: number, change: { status?: string; token?: string }) {
    const connection = Object.assign(connections[n] ?? {}, change) as (typeof connections)[number]; // there are two
    const { id, status, token } = connection;
    const auth = n === 0 ? { type: 'bearer', token } : { type: 'none' };
    const given = { name: `C${n}`, baseUrl: `https://c${n}.example`, status, auth, settings };
    await put('connection', id, connectionInput.parse(given));
  }

  async function writeDestination(n: number, change: { status?: string; isList?: boolean }) {
    const destination = places[n];
    if (destination?.isThere !== true) return;
    const { id, status, isList, order } = Object.assign(destination, change);
    const template = `{{! return JSON.stringify(it.data${isList ? '' : '[0]'}); }}`;
    const connectionId = connections[n % 2]?.id;
    const given = { name: `D${n}`, status, template, settings: { order } };
    await put('destination', id, { ...destinationInput.parse(given), connectionId });
  }

  async function all(): Promise<LoggedDelivery[]> {
    return journal.log.deliveries({ limit: 100_000, closed: [], now: clock.now() });
  }

  async function pick(which: number): Promise<LoggedDelivery | undefined> {
    const found = await all();
    return found[which % Math.max(1, found.length)];
  }

  /** What was sent but not recorded may be rendered anew, when it was held and changed in between. */
  async function end() {
    life.isOver = true;
    overtaken.clear();
    for (const id of bodies.keys()) if ((await journal.log.delivery(id))?.rendered === null) bodies.delete(id);
  }

  for (const n of connections.keys()) await writeConnection(n, {});
  for (const [n, { id, actionId }] of places.entries()) {
    await writeDestination(n, {});
    const rules = { parameter: `to${n}`, operator: 'equals', value: 'yes' };
    const action = {
      name: `A${n}`,
      description: 'some',
      status: 'enabled',
      rules,
      destinations: [{ destinationId: id }],
    };
    await put('action', actionId, actionInput.parse(action));
  }

  const world = {
    clock,
    problems,
    /** `event action` of each delivery that there must be. */
    expected,
    get exchanges() {
      return exchanges;
    },
    deliveries: all,
    writeConnection,
    writeDestination,
    async turn(turns: number) {
      for (let turn = 0; turn < turns; turn++) await turnOfLoop();
    },
    /** Events for the destinations whose bit is set in `to`. */
    async send(count: number, to: number) {
      const chosen = places.filter((place, n) => place.isThere && (to & (1 << n)) !== 0);
      const data = Object.fromEntries(places.map((_, n) => [`to${n}`, (to & (1 << n)) === 0 ? 'no' : 'yes']));
      const events = Array.from({ length: count }, (_, n) => ({
        name: null,
        visitorId: ['a', 'b', 'a', null][n % 4] ?? null,
        sessionId: null,
        occurredAt: new Date(clock.now()).toISOString(),
        data,
        ext: {},
        session: {},
        source: { collectorId: 'col_1', format: 'infinity' },
        identity: null,
      }));
      const ids = await pipeline.accept({ collectorId: 'col_1', receivedAt: clock.now(), events });
      for (const [n, id] of ids.entries()) visitors.set(id, events[n]?.visitorId ?? null);
      for (const id of ids) for (const { actionId } of chosen) expected.add(`${id} ${actionId}`);
    },
    async cancel(which: number) {
      const found = await pick(which);
      if (found === undefined) return;
      const isCancelled = await journal.log.cancel(found.id, clock.now());
      pipeline.outlook.wake([found.destinationId]);
      if (isCancelled === true && !pipeline.outlook.isSending(found.id)) cancelled.add(found.id);
    },
    async retry(which: number, anew: boolean) {
      const found = await pick(which);
      if (found === undefined || pipeline.outlook.isSending(found.id)) return;
      const { destination, action } = pipeline.configuration.snapshot.documents;
      const destinationVersion = destination.get(found.destinationId)?.version;
      const actionVersion = action.get(found.actionId ?? '')?.version;
      if (destinationVersion === undefined || actionVersion === undefined) return;
      if (anew) bodies.delete(found.id);
      cancelled.delete(found.id);
      for (const { id } of await all()) if (pipeline.outlook.isSending(id)) overtaken.add(id);
      const render = anew ? { actionVersion, destinationVersion } : null;
      const retried = journal.log.retry({ id: found.id, now: clock.now(), render });
      pipeline.outlook.wake([found.destinationId]);
      await retried;
    },
    /** Only when all events are matched, so that it is known what they make. */
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
    /** kill -9: what the process has asked for may have happened, but it never hears of it. */
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
    async comeToRest() {
      isGood = true;
      await clock.advance(1_000);
      for (const n of connections.keys()) await writeConnection(n, { status: 'enabled' });
      for (const n of places.keys()) await writeDestination(n, { status: 'enabled' });
      await clock.advance(150_000);
    },
    async [Symbol.asyncDispose]() {
      life.isOver = true;
    },
  };
  return world;
}

const never = new Promise<never>(() => {});

/** A port as one process sees it: after its end nothing answers any more. */
function mortal<Port extends object>(port: Port, life: Life): Port {
  return new Proxy(port, {
    get(target, key) {
      const part: unknown = Reflect.get(target, key);
      if (typeof part === 'object' && part !== null) return mortal(part, life);
      if (typeof part !== 'function') return part;
      return async (...given: unknown[]) => {
        if (life.isOver) return never;
        try {
          const answer: unknown = await Reflect.apply(part, target, given);
          return life.isOver ? never : answer;
        } catch (error) {
          if (life.isOver) return never;
          throw error;
        }
      };
    },
  });
}

function mortalClock(clock: Clock, life: Life): Clock {
  return {
    now: clock.now,
    after: (ms, call) =>
      clock.after(ms, () => {
        if (!life.isOver) call();
      }),
  };
}
