import { type Clock, pause } from '../../async/clock.ts';
import { placeOf } from '../../contract/ids.ts';
import type { EgressRequest } from '../../egress/egress.ts';
import type { FakeAnswer } from '../../egress/fake/fake-egress.testing.ts';
import { isFinished, type Journal, type LoggedDelivery } from '../../journal/journal.ts';
import type { Order } from '../snapshot/order-key.ts';

/** How a system behaves for a while. */
export const manners = ['well', 'slow', 'failing', 'down', 'busy', 'dropping', 'mixed'] as const;
export type Manner = (typeof manners)[number];

/** An event as its sender knows it: `began` and `acknowledged` are moments of the story, in order. */
export type SentEvent = {
  n: number;
  visitor: string | null;
  /** A bit for each destination that it is for. */
  to: number;
  began: number;
  acknowledged: number | null;
  id: string | null;
};

/** A node as the receivers see it: `actsUntil` is the end of its heartbeat, which has ended `lapses` times before. */
export type Sender = { name: string; actsUntil: number; lapses: number };

export type Place = { id: string; connection: number; order: Order | null; isBatch: boolean };

type Sending = { sender: Sender; lapses: number; place: Place; events: readonly number[] };

/** The systems that get the deliveries: they check the guarantees, and note each request that breaks one in `problems`. */
export function createReceivers(options: {
  journal: Pick<Journal, 'log'>;
  clock: Clock;
  random: () => number;
  problems: string[];
  places: readonly Place[];
  sent: ReadonlyMap<number, SentEvent>;
  numberOf(eventId: string | null): Promise<number | null>;
  ownerOf(partition: number): Promise<string | null>;
}) {
  const { journal, clock, random, problems, places, sent, numberOf, ownerOf } = options;
  const onWire = new Set<Sending>();
  /** The bytes of each key. */
  const bodies = new Map<string, string>();
  const behaviors = new Map<number, Manner>();

  const receivers = {
    behaviors,
    /** Requests; those that repeat a key; those that were under way twice after a heartbeat had ended. */
    counts: { requests: 0, repeats: 0, twice: 0 },
    async answer(sender: Sender, request: EgressRequest): Promise<FakeAnswer> {
      const place = places[Number(/\/(\d+)$/.exec(request.url)?.[1])];
      if (place === undefined) throw new Error(`No destination has the address ${request.url}.`);
      const manner = mannerOf(place);
      const body = String(request.body);
      const sending = { sender, lapses: sender.lapses, place, events: eventsIn(body) };
      const key = request.headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1] ?? '';
      receivers.counts.requests += 1;
      if (clock.now() >= sender.actsUntil) problems.push(`${key} was sent by ${sender.name} after its heartbeat`);
      for (const other of onWire) if (other.place === place) checkMeeting(sending, other);
      onWire.add(sending);
      await checkStored(sending, key, body);
      if (manner.afterMs > 0) await pause(clock, manner.afterMs);
      onWire.delete(sending);
      return manner.answer;
    },
  };

  /** Two requests to one destination at the same time. */
  function checkMeeting(sending: Sending, other: Sending) {
    const isOver = other.sender.lapses > other.lapses || clock.now() >= other.sender.actsUntil;
    const same = sending.events.filter((n) => other.events.includes(n));
    if (same.length > 0 && isOver) receivers.counts.twice += 1;
    if (isOver) return;
    const names = `${sending.sender.name} and ${other.sender.name}`;
    if (same.length > 0) problems.push(`event ${same} is sent twice at once to ${sending.place.id} by ${names}`);
    const { order } = sending.place;
    const visitors = new Set(other.events.map((n) => sent.get(n)?.visitor ?? null));
    const shared = sending.events.find((n) => visitors.has(sent.get(n)?.visitor ?? null) && sent.get(n)?.visitor);
    // After a few failures, a delivery leaves its order.
    if (order?.releaseAfter === null && shared !== undefined && same.length === 0)
      problems.push(
        `${sending.place.id}: events ${other.events} and ${sending.events} of one visitor at once, by ${names}`,
      );
  }

  async function checkStored({ sender, place, events }: Sending, key: string, body: string) {
    const rows = new Map<number, LoggedDelivery>();
    const query = { destinationId: place.id, limit: 100_000, closed: [], now: clock.now() };
    for (const row of await journal.log.deliveries(query)) {
      const n = await numberOf(row.eventId);
      if (n !== null) rows.set(n, row);
    }
    for (const n of events) {
      const row = rows.get(n);
      if (row === undefined) problems.push(`event ${n} was sent to ${place.id} without a delivery`);
      else if (isFinished(row.status)) problems.push(`${row.id} was sent although ${row.status}`);
      const owner = await ownerOf(placeOf('delivery', row?.id ?? '')?.partition ?? -1);
      if (owner !== sender.name) problems.push(`${row?.id} was sent by ${sender.name}, its owner is ${owner}`);
      if (place.order !== null) checkOrder(place, place.order, { n, events, rows });
    }
    const [first] = events;
    if (!place.isBatch && rows.get(first ?? -1)?.id !== key)
      problems.push(`event ${first} was sent with the key ${key}`);
    const before = bodies.get(key);
    if (before !== undefined) receivers.counts.repeats += 1;
    if (before !== undefined && before !== body) problems.push(`${key} was sent with other bytes`);
    bodies.set(key, body);
  }

  /** What was acknowledged before an event came in is finished before it is sent, or has left its order. */
  function checkOrder(
    place: Place,
    order: Order,
    { n, events, rows }: { n: number; events: readonly number[]; rows: ReadonlyMap<number, LoggedDelivery> },
  ) {
    const isGone = (one: LoggedDelivery | undefined) =>
      one !== undefined && one.attempts >= (order.releaseAfter ?? Number.POSITIVE_INFINITY);
    const event = sent.get(n);
    if (event === undefined || event.visitor === null || isGone(rows.get(n))) return;
    const bit = 1 << places.indexOf(place);
    for (const other of sent.values()) {
      const isBefore = (other.acknowledged ?? Number.POSITIVE_INFINITY) < event.began;
      if (!isBefore || other.visitor !== event.visitor || (other.to & bit) === 0) continue;
      const row = rows.get(other.n);
      const isEarlierHere = events.includes(other.n) && events.indexOf(other.n) < events.indexOf(n);
      if (isEarlierHere || isGone(row) || (row !== undefined && isFinished(row.status))) continue;
      problems.push(`${place.id}: event ${n} was sent before event ${other.n} of its visitor, which is ${row?.status}`);
    }
  }

  function mannerOf({ connection }: Place): { afterMs: number; answer: FakeAnswer } {
    const manner = behaviors.get(connection) ?? 'well';
    const dice = random();
    switch (manner === 'mixed' ? (manners[Math.floor(dice * 6)] ?? 'well') : manner) {
      case 'slow':
        return { afterMs: 300 + Math.floor(dice * 6_000), answer: { status: 200 } };
      case 'failing':
        return { afterMs: 0, answer: { status: dice < 0.1 ? 400 : 500 } };
      case 'down':
        return { afterMs: 0, answer: { error: { kind: 'connect', message: 'refused' } } };
      case 'busy':
        return { afterMs: 0, answer: { status: 429, headers: [['retry-after', String(1 + Math.floor(dice * 8))]] } };
      case 'dropping':
        return { afterMs: Math.floor(dice * 2_000), answer: { error: { kind: 'reset', message: 'broken' } } };
      default:
        return { afterMs: Math.floor(dice * 40), answer: { status: 200 } };
    }
  }

  return receivers;
}

function eventsIn(body: string): number[] {
  const parsed: { n: string } | { n: string }[] = JSON.parse(body);
  return [parsed].flat().map(({ n }) => Number(n));
}
