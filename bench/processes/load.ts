import { seededRandom } from '../../src/cli/demo/random.ts';
import { answerCalls } from '../child.ts';
import { nowUs, pause } from '../clock.ts';
import { type Prepared, prepareIntake, sampleEvent } from '../events.ts';
import { markOf, marks, writeDigits } from '../marks.ts';
import { openWire, type Wire } from '../wire.ts';

type Target = { port: number; path: string; run: number };

/** As many events as the server accepts, in batches; each connection sends one request after the other. */
export type Flood = Target & {
  events: number;
  batch: number;
  connections: number;
  /** The most events that may be sent and not yet delivered; null: no limit. */
  window: number | null;
  /** The most events a second; no limit unless given. */
  perSecond?: number;
  /** The events go to this many destinations in turn; 1 unless given. */
  destinations?: number;
  /** The first of them; 0 unless given. */
  destination?: number;
  /** Creates every event instead of repeating a few prepared ones: from words, or from noise. */
  fresh?: 'words' | 'noise';
};

/** One event per request at a steady pace, independent of the responses. */
export type Drip = Target & {
  perSecond: number;
  seconds: number;
  connections: number;
  destinations: number;
  destination?: number;
};

/** The events sent. `refused` counts 503 responses, after which the events are sent again. */
export type Sent = { events: number; refused: number; firstUs: number; lastUs: number };

export type LoadCalls = {
  flood(flood: Flood): Promise<Sent>;
  drip(drip: Drip): Promise<Sent>;
  /** The number of events of the run delivered so far, for `window`. */
  delivered(count: number): void;
};

const refusedPauseMs = 20;

let delivered = 0;
let wake = Promise.withResolvers<void>();

async function flood({
  port,
  path,
  run,
  events,
  batch,
  connections,
  window,
  perSecond = Number.POSITIVE_INFINITY,
  destinations = 1,
  destination = 0,
  fresh,
}: Flood): Promise<Sent> {
  delivered = 0;
  const random = seededRandom(run);
  const wires = await Promise.all(Array.from({ length: connections }, () => openWire(port)));
  const prepareOne = (size: number) =>
    prepareIntake(
      path,
      Array.from({ length: size }, () => sampleEvent(random, fresh === 'noise')),
    );
  const ready = wires.map(() => prepareOne(batch));
  const sent: Sent = { events: 0, refused: 0, firstUs: nowUs(), lastUs: 0 };
  let next = 0;

  async function work(wire: Wire, prepared: Prepared) {
    while (next < events) {
      if (window !== null && next - delivered > window - batch) {
        await wake.promise;
        continue;
      }
      const from = next;
      const size = Math.min(batch, events - from);
      next += size;
      const earlyMs = (from / perSecond) * 1_000 - (nowUs() - sent.firstUs) / 1_000;
      if (earlyMs > 0) await pause(earlyMs);
      const request = fresh !== undefined || size !== batch ? prepareOne(size) : prepared;
      stamp(request, run, from, nowUs(), (n) => destination + ((n * stride) % destinations));
      await deliver(wire, request, sent);
      sent.events += size;
    }
  }

  await Promise.all(wires.map((wire, i) => work(wire, ready[i] ?? prepareOne(batch))));
  sent.lastUs = nowUs();
  for (const wire of wires) wire[Symbol.dispose]();
  return sent;
}

/** Destinations are taken in steps of a large prime, so that events go to all parts of the list at any time. */
const stride = 619;

async function drip({
  port,
  path,
  run,
  perSecond,
  seconds,
  connections,
  destinations,
  destination = 0,
}: Drip): Promise<Sent> {
  const random = seededRandom(run);
  const free: { wire: Wire; request: Prepared }[] = [];
  for (let i = 0; i < connections; i++)
    free.push({ wire: await openWire(port), request: prepareIntake(path, [sampleEvent(random)]) });
  const all = free.slice();
  const sent: Sent = { events: 0, refused: 0, firstUs: nowUs(), lastUs: 0 };
  const total = Math.round(perSecond * seconds);
  const due: number[] = [];
  let made = 0;
  let failure: unknown = null;
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();

  function sendDue() {
    while (due.length > 0 && free.length > 0) {
      const dueUs = due.shift() ?? 0;
      // Taken in turn, so that no connection idles until the server closes it.
      const one = free.shift();
      if (one === undefined) return;
      const n = made - due.length - 1;
      stamp(one.request, run, n, dueUs, () => destination + ((n * stride) % destinations));
      deliver(one.wire, one.request, sent).then(
        () => {
          sent.events += 1;
          free.push(one);
          if (sent.events === total) finish();
          else sendDue();
        },
        (error) => {
          failure = error;
          finish();
        },
      );
    }
  }

  const timer = setInterval(() => {
    const now = nowUs();
    for (; made < total && (made * 1e6) / perSecond <= now - sent.firstUs; made++) due.push(now);
    sendDue();
  }, 1);
  await finished;
  clearInterval(timer);
  sent.lastUs = nowUs();
  for (const { wire } of all) wire[Symbol.dispose]();
  if (failure !== null) throw failure;
  return sent;
}

async function deliver(wire: Wire, request: Prepared, sent: Sent) {
  for (;;) {
    const status = await wire.exchange(request.bytes);
    if (status === 200) return;
    if (status !== 503) throw new Error(`intake answered ${status}`);
    sent.refused += 1;
    await pause(refusedPauseMs);
  }
}

function stamp(
  { bytes, places }: Prepared,
  run: number,
  from: number,
  timeUs: number,
  destinationOf: (n: number) => number,
) {
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (place === undefined) return;
    writeDigits(bytes, place.number, marks.number.digits, markOf(run, from + i));
    writeDigits(bytes, place.time, marks.time.digits, timeUs);
    writeDigits(bytes, place.destination, marks.destination.digits, destinationOf(from + i));
  }
}

answerCalls<LoadCalls>({
  flood,
  drip,
  delivered(count) {
    delivered = count;
    wake.resolve();
    wake = Promise.withResolvers<void>();
  },
});
