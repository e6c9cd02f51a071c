import { seededRandom } from '../../cli/demo/random.ts';
import { ConcurrencyLimiter, concurrencyMax } from './concurrency-limiter.ts';

/** A request at a receiver; `inFlight`: how many it has now, of all destinations. */
type Received = { now: number; inFlight: number; records: number; respond(afterMs: number, refusal?: 429 | 503): void };

type Simulation = { random: () => number; at(time: number, call: () => void): void };

/** A receiver in simulated time. */
export type Receiver = (simulation: Simulation) => (received: Received) => void;

/** The load of one destination: `everyMs` one delivery, or endless. */
export type Load = {
  everyMs?: number;
  fromMs?: number;
  /** Its ordering keys, each with one delivery at once. */
  keys?: number;
  /** Deliveries in one request, at most. */
  records?: number;
  /** Deliveries of a replay wait too, and may use three quarters of the limit. */
  isReplayed?: boolean;
  most?: number;
};

export type Simulated = {
  /** Deliveries a second that succeeded, in the second half. */
  rate: number;
  /** The same for each destination. */
  rates: number[];
  /** The middle time of requests there, in the second half. */
  medianMs: number;
  /** The part of requests that was refused, in the second half. */
  refused: number;
  /** The limit of the first destination at the end of each second. */
  limits: number[];
  /** When the first destination's limit reached its highest value, in ms. */
  reachedMs: number;
};

/** Simulates destinations that share one receiver, in discrete events. Deterministic. */
export function simulate(receiver: Receiver, loads: readonly Load[] = [{}], seconds = 60): Simulated {
  const endMs = seconds * 1_000;
  const events = eventQueue();
  const random = seededRandom(7);
  let now = 0;
  let inFlight = 0;
  const at = (time: number, call: () => void) => events.add(Math.max(now, time), call);
  const receive = receiver({ random, at });
  const timesThere: number[] = [];
  let responses = 0;
  let refused = 0;

  const destinations = loads.map((load) => {
    const { everyMs, fromMs = 0, keys = Number.POSITIVE_INFINITY, records = 1, most = concurrencyMax } = load;
    const limiter = new ConcurrencyLimiter();
    let waiting = everyMs === undefined ? Number.POSITIVE_INFINITY : 0;
    let requests = 0;
    let done = 0;

    const allowed = () => {
      const limit = Math.min(limiter.limit(now), most);
      return load.isReplayed === true ? Math.max(1, Math.floor((limit * 3) / 4)) : limit;
    };
    function pump() {
      while (waiting > 0 && now >= limiter.breakUntil(now) && requests < Math.min(allowed(), keys))
        send(Math.min(records, waiting));
    }
    function send(size: number) {
      const sentAt = now;
      waiting -= size;
      requests += 1;
      inFlight += 1;
      receive({
        now,
        inFlight,
        records: size,
        respond: (afterMs, refusal) =>
          at(now + afterMs, () => {
            if (refusal !== undefined) limiter.refused(sentAt, now, most, refusal === 429);
            else limiter.responded(sentAt, now, requests, most);
            if (now > endMs / 2) {
              responses += 1;
              if (refusal !== undefined) refused += 1;
              else {
                done += size;
                timesThere.push(now - sentAt);
              }
            }
            requests -= 1;
            inFlight -= 1;
            if (limiter.breakUntil(now) > now) at(limiter.breakUntil(now), pump);
            pump();
          }),
      });
    }
    function arrive() {
      waiting += 1;
      pump();
      at(now + (everyMs ?? 0), arrive);
    }
    at(fromMs, everyMs === undefined ? pump : arrive);
    return { limit: () => limiter.limit(now), rate: () => done / (seconds / 2) };
  });

  const limits: number[] = [];
  let reached = { limit: 0, atMs: 0 };
  const [first] = destinations;
  for (let next = events.take(); next !== null && next.time <= endMs; next = events.take()) {
    for (const untilMs = next.time; limits.length < Math.floor(untilMs / 1_000); ) limits.push(first?.limit() ?? 0);
    now = next.time;
    next.call();
    const limit = first?.limit() ?? 0;
    if (limit > reached.limit) reached = { limit, atMs: now };
  }
  const rates = destinations.map(({ rate }) => rate());
  return {
    rate: rates.reduce((sum, one) => sum + one, 0),
    rates,
    medianMs: timesThere.sort((one, other) => one - other)[timesThere.length >> 1] ?? 0,
    refused: refused / responses,
    limits,
    reachedMs: reached.atMs,
  };
}

/** Takes `ms`, regardless of the load. */
export function scaling(ms: number | ((now: number) => number), spread = 0.2): Receiver {
  return ({ random }) =>
    ({ now, respond }) =>
      respond(around(typeof ms === 'number' ? ms : ms(now), random, spread));
}

/** One request in so many takes `slowMs`. */
export function twoSpeeds(ms: number, oneIn: number, slowMs: number): Receiver {
  return ({ random }) =>
    ({ respond }) =>
      respond(around(random() * oneIn < 1 ? slowMs : ms, random));
}

/** Takes `ms` with each of its workers, and queues the other requests. `stallMs`: what a request takes longer now. */
export function workers(
  count: number | ((now: number) => number),
  ms: number | ((records: number) => number),
  stallMs: (now: number) => number = () => 0,
): Receiver {
  return ({ random, at }) => {
    const queue: Received[] = [];
    let head = 0;
    let busy = 0;
    function next(now: number) {
      for (; head < queue.length && busy < (typeof count === 'number' ? count : count(now)); head++) {
        const one = queue[head];
        if (one === undefined) continue;
        busy += 1;
        const tookMs = around(typeof ms === 'number' ? ms : ms(one.records), random) + stallMs(now);
        const endsAt = now + tookMs;
        at(endsAt, () => {
          busy -= 1;
          next(endsAt);
        });
        one.respond(tookMs);
      }
      if (head < 10_000) return;
      queue.splice(0, head);
      head = 0;
    }
    return (received) => {
      queue.push(received);
      next(received.now);
    };
  };
}

/** Responds 503 at once to what exceeds `most` at once. */
export function refusingAbove(most: number, ms: number): Receiver {
  return ({ random }) =>
    ({ inFlight, respond }) =>
      inFlight > most ? respond(2, 503) : respond(around(ms, random));
}

/** Responds 429 to what exceeds a token bucket of one second. */
export function rateLimited(perSecond: number, ms: number): Receiver {
  return ({ random }) => {
    let tokens = perSecond;
    let refilledAt = 0;
    return ({ now, respond }) => {
      tokens = Math.min(perSecond, tokens + ((now - refilledAt) * perSecond) / 1_000);
      refilledAt = now;
      if (tokens < 1) return respond(5, 429);
      tokens -= 1;
      respond(around(ms, random));
    };
  };
}

/** Refuses this part of all requests at random, or those of these times. */
export function refusing(is: (now: number, random: () => number) => boolean, ms: number, refusalMs: number): Receiver {
  return ({ random }) =>
    ({ now, respond }) =>
      is(now, random) ? respond(refusalMs, 503) : respond(around(ms, random));
}

/** A log-normal time. */
function around(ms: number, random: () => number, spread = 0.2): number {
  const normal = Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
  return ms * Math.exp(spread * normal);
}

/** A binary heap by time. */
function eventQueue() {
  const heap: { time: number; call: () => void }[] = [];
  const timeAt = (at: number) => heap[at]?.time ?? Number.POSITIVE_INFINITY;
  function swap(one: number, other: number) {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  }
  return {
    add(time: number, call: () => void): void {
      let at = heap.push({ time, call }) - 1;
      for (; at > 0; at = (at - 1) >> 1) {
        if (timeAt((at - 1) >> 1) <= time) return;
        swap(at, (at - 1) >> 1);
      }
    },
    take(): { time: number; call: () => void } | null {
      const first = heap[0] ?? null;
      const last = heap.pop();
      if (heap.length === 0 || last === undefined) return first;
      heap[0] = last;
      for (let at = 0; ; ) {
        const child = timeAt(2 * at + 2) < timeAt(2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
        if (timeAt(child) >= last.time) return first;
        swap(at, child);
        at = child;
      }
    },
  };
}
