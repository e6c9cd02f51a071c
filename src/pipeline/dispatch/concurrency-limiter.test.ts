import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConcurrencyLimiter } from './concurrency-limiter.ts';
import {
  type Load,
  type Receiver,
  rateLimited,
  refusing,
  refusingAbove,
  scaling,
  simulate,
  twoSpeeds,
  workers,
} from './receivers.testing.ts';

type Case = {
  receiver: Receiver;
  loads?: readonly Load[];
  seconds?: number;
  /** Deliveries a second, at least. */
  rate: number;
  /** The middle time of a request there, at most. */
  medianMs: number;
  /** The part of requests that is refused, at most; by default 1 %. */
  refused?: number;
};

/** Of the second half of the simulated time; a receiver with workers may take twice its time with one request. */
const receivers: Record<string, Case> = {
  'takes 20 ms, however many': { receiver: scaling(20), seconds: 3, rate: 44_000, medianMs: 21 },
  'takes 100 ms': { receiver: scaling(100), seconds: 12, rate: 8_800, medianMs: 102 },
  'takes 300 ms': { receiver: scaling(300), rate: 2_930, medianMs: 305 },
  'takes 1 s': { receiver: scaling(1_000), rate: 880, medianMs: 1_010 },
  'has 20 workers, 50 ms each': { receiver: workers(20, 50), rate: 350, medianMs: 100 },
  'has 300 workers, 100 ms': { receiver: workers(300, 100), rate: 2_630, medianMs: 200 },
  'has 4 workers, 200 ms': { receiver: workers(4, 200), rate: 17, medianMs: 400 },
  'has one worker, 200 ms': { receiver: workers(1, 200), rate: 4.5, medianMs: 400 },
  'refuses more than 60 at once, 100 ms': { receiver: refusingAbove(60, 100), rate: 500, medianMs: 105 },
  'refuses more than 500 at once': { receiver: refusingAbove(500, 100), seconds: 40, rate: 4_160, medianMs: 105 },
  'refuses more than 200 a second, 50 ms': { receiver: rateLimited(200, 50), rate: 180, medianMs: 55 },
  'refuses one in 500 at random, 300 ms': {
    receiver: refusing((_, random) => random() < 0.002, 300, 300),
    rate: 2_930,
    medianMs: 305,
  },
  'refuses one in 100 at random, 100 ms': {
    receiver: refusing((_, random) => random() < 0.01, 100, 20),
    rate: 6_000,
    medianMs: 105,
    refused: 0.012,
  },
  'has 200 workers, 20 ms, and stands still for 1 s in 10': {
    receiver: workers(200, 20, (now) => (now % 10_000 < 1_000 ? 1_000 - (now % 10_000) : 0)),
    seconds: 20,
    rate: 7_920,
    medianMs: 40,
  },
  'takes 50 ms, after half the time 500 ms': {
    receiver: scaling((now) => (now < 30_000 ? 50 : 500)),
    rate: 1_750,
    medianMs: 505,
  },
  'takes 20 ms, and one in ten 2 s': { receiver: twoSpeeds(20, 10, 2_000), rate: 3_960, medianMs: 22 },
  'takes 100 ms with a wide spread': { receiver: scaling(100, 0.8), seconds: 30, rate: 6_450, medianMs: 105 },
};

/** Others at the same receiver, or less to send. */
const mixtures: Record<string, Case> = {
  'ten destinations share 200 workers': { receiver: workers(200, 50), loads: ten(), rate: 3_600, medianMs: 100 },
  'they begin 3 s after each other': {
    receiver: workers(200, 50),
    loads: ten((n) => ({ fromMs: 3_000 * n })),
    rate: 3_600,
    medianMs: 100,
  },
  'ten destinations share 20 workers': { receiver: workers(20, 50), loads: ten(), rate: 360, medianMs: 100 },
  'ten destinations share a receiver that refuses more than 200 a second': {
    receiver: rateLimited(200, 50),
    loads: ten(),
    rate: 190,
    medianMs: 55,
    refused: 0.02,
  },
  'they share one that refuses more than 50 a second': {
    receiver: rateLimited(50, 50),
    loads: ten(),
    rate: 45,
    medianMs: 55,
    refused: 0.06,
  },
  'a hundred destinations begin together at 20 workers': {
    receiver: workers(20, 50),
    loads: Array.from({ length: 100 }, () => ({})),
    rate: 380,
    medianMs: 1_000,
  },
  'one delivery at a time for each of five keys': {
    receiver: workers(200, 50),
    loads: [{ keys: 5 }],
    rate: 90,
    medianMs: 55,
  },
  'batches of 100, 50 ms and 1 ms a record': {
    receiver: workers(40, (records) => 50 + records),
    loads: [{ records: 100 }],
    rate: 24_000,
    medianMs: 300,
  },
  'a replay beside 500 live deliveries a second': {
    receiver: workers(100, 100),
    loads: [{ everyMs: 2 }, { isReplayed: true }],
    rate: 900,
    medianMs: 200,
  },
  'a rate below what the receiver can do': {
    receiver: workers(20, 50),
    loads: [{ everyMs: 1_000 / 300 }],
    rate: 299,
    medianMs: 55,
  },
  'a rate above it': { receiver: workers(20, 50), loads: [{ everyMs: 1 }], rate: 350, medianMs: 100 },
  'a limit of 200 in the settings': { receiver: scaling(300), loads: [{ most: 200 }], rate: 580, medianMs: 305 },
  'a receiver that loses nine tenths of its workers': {
    receiver: workers((now) => (now < 20_000 ? 200 : 20), 50),
    rate: 350,
    medianMs: 100,
  },
  'a receiver that gets ten times its workers': {
    receiver: workers((now) => (now < 20_000 ? 20 : 200), 50),
    rate: 3_500,
    medianMs: 100,
  },
};

for (const [name, one] of Object.entries(receivers))
  test(`a receiver that ${name} gets what it can do, and is not drowned`, () => check(one));
for (const [name, one] of Object.entries(mixtures))
  test(`what receivers can do is sent, and they are not drowned: ${name}`, () => check(one));

function check({ receiver, loads, seconds, rate, medianMs, refused = 0.01 }: Case): void {
  const simulated = simulate(receiver, loads, seconds);
  const shown = JSON.stringify({ ...simulated, limits: simulated.limits.at(-1) });
  assert.ok(simulated.rate >= rate, `at least ${rate} a second: ${shown}`);
  assert.ok(simulated.medianMs <= medianMs, `at most ${medianMs} ms there: ${shown}`);
  assert.ok(simulated.refused <= refused, `at most ${refused} refused: ${shown}`);
}

function ten(load: (n: number) => Load = () => ({})): Load[] {
  return Array.from({ length: 10 }, (_, n) => load(n));
}

test('the limit is as high as needed after ten times the time of the receiver', () => {
  for (const ms of [20, 100, 300, 1_000]) {
    const { limits, reachedMs } = simulate(scaling(ms), [{}], Math.max(2, ms / 50));
    assert.equal(limits.at(-1), 1_000, `${ms} ms`);
    assert.ok(reachedMs <= 10 * ms, `${ms} ms: after ${reachedMs} ms`);
  }
});

test('the limit of a destination without waiting deliveries stays low', () => {
  const { limits } = simulate(scaling(100), [{ everyMs: 20 }]);
  assert.ok(Math.max(...limits) <= 16, `${limits}`);
});

test('destinations that share a receiver all get a part of it', () => {
  const { rates } = simulate(
    workers(200, 50),
    ten((n) => ({ fromMs: 3_000 * n })),
    120,
  );
  for (const rate of rates) assert.ok(rate >= 400 / 4, `a quarter of an equal part: ${rates}`);
});

test('a receiver that refuses everything for a while gets few requests as long as it does, and all afterwards', () => {
  const { refused, rate } = simulate(
    refusing((now) => now > 30_000 && now < 40_000, 100, 50),
    [{}],
    60,
  );
  assert.ok(refused < 0.02, `${refused}`);
  assert.ok(rate > 5_000, `${rate}`);
});

/** Sends and responds at once, `times` requests that take `ms`. */
function rounds(limiter: ConcurrencyLimiter, from: number, ms: number, times: number): number {
  let now = from;
  for (let n = 0; n < times; n++) {
    const limit = limiter.limit(now);
    for (let request = 0; request < limit; request++) limiter.responded(now, now + ms, limit - request, 1_000);
    now += ms;
  }
  return now;
}

test('the limit doubles while nothing is against it, and its time is that of the receiver', () => {
  const limiter = new ConcurrencyLimiter();
  assert.deepEqual([limiter.limit(0), limiter.timeMs], [8, null]);
  const now = rounds(limiter, 0, 50, 3);
  assert.deepEqual([limiter.limit(now), limiter.timeMs, limiter.isReceiverBusy(now)], [64, 50, false]);
});

test('requests that are refused together lower the limit once', () => {
  const limiter = new ConcurrencyLimiter();
  const now = rounds(limiter, 0, 50, 1);
  assert.equal(limiter.limit(now), 16);
  for (let n = 0; n < 16; n++) limiter.refused(now, now + 10 + n, 1_000, false);
  assert.equal(limiter.limit(now + 30), 11);
  assert.equal(limiter.isReceiverBusy(now + 30), true);
});

test('a receiver that refuses single requests gets one at a time, with breaks of up to a second', () => {
  const limiter = new ConcurrencyLimiter();
  let now = rounds(limiter, 0, 50, 1);
  assert.ok(limiter.breakUntil(now) <= now);
  for (let n = 0; n < 30; n++) {
    now += 1_000;
    limiter.refused(now, now + 5, 1_000, true);
  }
  now += 5;
  assert.deepEqual([limiter.limit(now), limiter.breakUntil(now) - now], [1, 1_000]);
  assert.ok(limiter.breakUntil(now - 5_000) <= now - 5_000, 'the clock was set back');
  limiter.responded(now + 1_000, now + 1_050, 1, 1_000);
  assert.ok(limiter.breakUntil(now + 1_050) <= now + 1_050, 'it refuses no longer');
});

test('requests that hang do not raise the limit, and when all of them fail it starts over', () => {
  const limiter = new ConcurrencyLimiter();
  const now = rounds(limiter, 0, 20, 7);
  assert.equal(limiter.limit(now), 1_000);
  assert.equal(limiter.limit(now + 15_000), 1_000);
  for (let n = 0; n < 1_000; n++) limiter.refused(now, now + 15_000, 1_000, false);
  assert.equal(limiter.limit(now + 15_000), 700);
  limiter.refused(now + 15_001, now + 30_000, 1_000, false);
  assert.equal(limiter.limit(now + 30_000), 8);
});

test('after a minute without a response the limit starts over', () => {
  const limiter = new ConcurrencyLimiter();
  const now = rounds(limiter, 0, 20, 5);
  assert.deepEqual([limiter.limit(now + 60_000), limiter.limit(now + 60_001)], [256, 8]);
});

test('a limit that is not used falls to twice what is', () => {
  const limiter = new ConcurrencyLimiter();
  let now = rounds(limiter, 0, 20, 5);
  assert.equal(limiter.limit(now), 256);
  for (let n = 0; n < 70; n++) {
    now += 1_000;
    limiter.responded(now - 20, now, 1, 1_000);
  }
  assert.equal(limiter.limit(now), 8);
});

test('after the clock was set back the limit moves as before', () => {
  const limiter = new ConcurrencyLimiter();
  const before = rounds(limiter, 1_000_000, 50, 3);
  for (let n = 0; n < 2; n++) limiter.refused(before, before + 10, 1_000, false);
  assert.equal(limiter.limit(before + 10), 44);
  const now = rounds(limiter, 500_000, 50, 2);
  assert.equal(limiter.limit(now) > 44, true, `${limiter.limit(now)}`);
  const high = limiter.limit(now);
  for (let n = 0; n < 10; n++) limiter.refused(now, now + 10, 1_000, false);
  assert.ok(limiter.limit(now + 10) < high);
});
