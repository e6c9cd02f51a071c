import { type Clock, pause } from '../../async/clock.ts';
import type { EgressRequest } from '../../egress/egress.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';
import { isFinished, type Journal, type LoggedDelivery } from '../../journal/journal.ts';
import type { Order } from '../snapshot/order-key.ts';

/** How a peer responds to one request. */
export type Manner =
  | { status: number; afterMs: number; retryAfter: string | null }
  | { error: 'reset' | 'timeout' | 'connect'; afterMs: number };

/**
 * The peers of the simulation, one for each connection, with a path for each destination. They check the guarantees and
 * record each request that breaks one.
 */
export function createPeers(options: {
  journal: Pick<Journal, 'log'>;
  clock: Clock;
  problems: string[];
  behave(index: number, exchange: number): Manner | undefined;
  orderOf(destinationId: string): Order | null;
}) {
  const { journal, clock, problems } = options;
  const bodies = new Map<string, string>();
  /** The visitor of each event, by its id. */
  const visitors = new Map<string, string | null>();
  /** In flight when an earlier delivery of its visitor was retried. */
  const overtaken = new Set<string>();
  /** Deliveries whose cancellation was confirmed. */
  const cancelled = new Set<string>();
  let onWire = new Set<string>();
  let exchanges = 0;

  function answerOf(request: EgressRequest, manner: Manner | undefined): FakeAnswer {
    if (peers.isGood) return { status: 200 };
    const token = headerOf(request, 'Authorization')?.slice('Bearer '.length);
    if (token !== undefined && peers.tokens !== null && !peers.tokens.has(token)) return { status: 401 };
    if (manner === undefined) return { status: 200 };
    if ('error' in manner) return { error: { kind: manner.error, message: 'broken' } };
    const { status, retryAfter } = manner;
    return { status, headers: retryAfter === null ? [] : [['retry-after', retryAfter]] };
  }

  /** Checks that earlier deliveries of its visitor are finished or released, and that no other one is in flight. */
  async function checkOrder(sent: LoggedDelivery, mine: ReadonlySet<string>) {
    const order = options.orderOf(sent.destinationId);
    const visitor = visitors.get(sent.eventId ?? '') ?? null;
    const isGone = ({ attempts }: LoggedDelivery) => attempts >= (order?.releaseAfter ?? Number.POSITIVE_INFINITY);
    if (order === null || visitor === null || isGone(sent)) return;
    const mayPass = overtaken.delete(sent.id);
    const { destinationId } = sent;
    for (const other of await journal.log.deliveries({ destinationId, limit: 100_000, closed: [], now: clock.now() })) {
      if (visitors.get(other.eventId ?? '') !== visitor || other.id === sent.id || isGone(other)) continue;
      if (mine.has(other.id)) problems.push(`${sent.id} was sent while ${other.id} of its visitor was in flight`);
      else if (other.id < sent.id && !isFinished(other.status) && !mayPass)
        problems.push(`${sent.id} was sent before ${other.id} of its visitor, which is ${other.status}`);
    }
  }

  const peers = {
    bodies,
    visitors,
    overtaken,
    cancelled,
    /** All peers work and accept everything. */
    isGood: false,
    /** The tokens that the first peer accepts; null: any. */
    tokens: null as ReadonlySet<string> | null,
    /** Destinations that a person has put on hold. */
    shut: new Set<number>(),
    /** When a held destination may get its next probe. */
    quietUntil: new Map<number, number>(),
    /**
     * The status of the last exchange with a connection since it was last saved; null: no response. A success of a
     * request that was sent before the last failure was known does not count.
     */
    lastStatus: new Map<number, number | null>(),
    /** When the last exchange with a connection failed. */
    failedAt: new Map<number, number>(),
    /** Grows when a connection is saved: requests from before say nothing about it. */
    generation: 0,
    get exchanges() {
      return exchanges;
    },
    /** A new process has nothing in flight. */
    forgetWire() {
      onWire = new Set();
    },
    async answer(request: EgressRequest): Promise<FakeAnswer> {
      const mine = onWire;
      const { generation } = peers;
      const leftAt = clock.now();
      const index = Number(/\/(\d+)$/.exec(request.url)?.[1]);
      const manner = options.behave(index, exchanges);
      exchanges += 1;
      const id = headerOf(request, 'Idempotency-Key') ?? '';
      const body = String(request.body);
      // Before anything is read, which takes time on PostgreSQL: the process may be dead afterwards.
      if (mine.has(id)) problems.push(`${id} was sent twice at once`);
      if (bodies.has(id) && bodies.get(id) !== body) problems.push(`${id} was sent with other bytes`);
      bodies.set(id, body);
      mine.add(id);
      const found = await journal.log.delivery(id);
      if (cancelled.has(id) || found === null || (isFinished(found.status) && found.status !== 'cancelled'))
        problems.push(`${id} was sent although ${found?.status}`);
      else if (found.status === 'cancelled') {
        mine.delete(id);
        return { status: 200 };
      } else if (found.dueAt === null || found.dueAt > clock.now()) problems.push(`${id} was sent before its time`);
      if (peers.shut.has(index)) problems.push(`${id} was sent although a person held its destination`);
      if ((peers.quietUntil.get(index) ?? 0) > clock.now()) problems.push(`${id} was sent before the next probe`);
      if (found !== null) await checkOrder(found, mine);
      if (!peers.isGood && manner !== undefined && manner.afterMs > 0) await pause(clock, manner.afterMs);
      mine.delete(id);
      // Any response can end its hold.
      peers.quietUntil.clear();
      const given = answerOf(request, manner);
      const status = 'status' in given ? given.status : null;
      if (status !== 200) peers.failedAt.set(index % 2, clock.now());
      const isNews = status !== 200 || leftAt > (peers.failedAt.get(index % 2) ?? 0);
      if (generation === peers.generation && isNews) peers.lastStatus.set(index % 2, status);
      return given;
    },
  };
  return peers;
}

function headerOf({ headers }: EgressRequest, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}
