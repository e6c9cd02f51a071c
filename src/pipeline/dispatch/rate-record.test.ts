import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter, type Rate } from './rate-limiter.ts';
import { RateRecord } from './rate-record.ts';

const start = 1_700_000_000_000;

/** What processes one after the other send at one rate: the last text that was written outlives each. */
function processes(rate: Rate) {
  const sent: number[] = [];
  let stored: string | null = null;
  let record = new RateRecord(() => {});
  let limiter = createRateLimiter();
  function begin(now: number) {
    record = new RateRecord(() => {});
    limiter = createRateLimiter();
    if (stored !== null) record.restore(stored, now);
    limiter.keep(() => record);
  }
  begin(start);
  return {
    sent,
    begin,
    freeAt: (now: number) => limiter.freeAt(now, rate),
    /** Sends one if it may be sent now. `isWritten`: a write is over before, else it is still under way. */
    send(now: number, isWritten: boolean) {
      if (limiter.freeAt(now, rate) > now) return;
      if (!limiter.isKept(rate)) {
        const text = record.next(now);
        if (!isWritten) return;
        stored = text;
        record.saved();
      }
      limiter.reserve();
      limiter.spend(now, rate);
      sent.push(now);
    },
    stop(now: number) {
      if (record.isUsed) stored = record.last(now);
    },
  };
}

function assertWithin(sent: readonly number[], { limit, perMs }: Rate) {
  for (const [index, time] of sent.entries()) {
    const before = sent[index - limit];
    if (before !== undefined) assert.ok(time - before >= perMs, `${limit + 1} within ${time - before} ms`);
  }
}

test('whenever processes stop or die, a rate is exceeded in no interval', () => {
  const rates = [
    { limit: 1, perMs: 1_000 },
    { limit: 10, perMs: 1_000 },
    { limit: 100, perMs: 10_000 },
    { limit: 300, perMs: 60_000 },
    { limit: 70, perMs: 3_600_000 },
    { limit: 200, perMs: 86_400_000 },
  ];
  const act = fc.record({
    kind: fc.constantFrom('send', 'send', 'send', 'send', 'stop', 'die'),
    count: fc.nat(150),
    part: fc.double({ min: 0, max: 0.6, noNaN: true }),
    isWritten: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...rates), fc.array(act, { minLength: 5, maxLength: 40 }), (rate, acts) => {
      const all = processes(rate);
      let now = start;
      for (const { kind, count, part, isWritten } of acts) {
        for (let n = 0; kind === 'send' && n < count; n++) all.send(now, isWritten || n % 3 > 0);
        if (kind === 'stop') all.stop(now);
        now += Math.floor(part * rate.perMs);
        if (kind !== 'send') all.begin(now);
      }
      assertWithin(all.sent, rate);
    }),
    { numRuns: 300 },
  );
});

test('a stop costs a rate nothing, and a death 2 % of it at most', () => {
  for (const rate of [
    { limit: 100, perMs: 10_000 },
    { limit: 200, perMs: 86_400_000 },
  ])
    for (const kind of ['stop', 'die'] as const) {
      const all = processes(rate);
      for (let n = 0; n < rate.limit / 2; n++) all.send(start, true);
      if (kind === 'stop') all.stop(start + 1);
      all.begin(start + 1);
      for (let n = 0; n < rate.limit; n++) all.send(start + 1, true);
      assert.ok(all.sent.length >= rate.limit * (kind === 'stop' ? 1 : 0.98), `${kind} ${all.sent.length}`);
      assert.ok(all.freeAt(start + 2) <= start + rate.perMs + 1);
    }
});

test('a rate that is written again and again takes at most 52 times', () => {
  const record = new RateRecord(() => {});
  for (let n = 0; n < 10_000; n++) {
    record.reserve();
    record.spend(start + n, { limit: 10_000, perMs: 10_000 });
  }
  const { sent } = JSON.parse(record.last(start + 10_000) ?? '') as { sent: unknown[] };
  assert.ok(sent.length <= 52, String(sent.length));
});
