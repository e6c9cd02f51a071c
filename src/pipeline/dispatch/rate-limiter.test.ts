import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';

const start = 1_700_000_000_000;

/** A request that is sent at once. */
function spend(limiter: RateLimiter, now: number, rate: Rate | null) {
  limiter.reserve();
  limiter.spend(now, rate);
}

test('in any interval of the period at most the limit is sent, and all of it can be used', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 200 }),
      (limit, perMs, gaps) => {
        const budget = createRateLimiter();
        const rate = { limit, perMs };
        const sent: number[] = [];
        let now = start;
        for (const gap of gaps) {
          now = Math.max(now + gap, budget.freeAt(now + gap, rate));
          spend(budget, now, rate);
          sent.push(now);
        }
        for (const [index, time] of sent.entries()) {
          const before = sent[index - limit];
          if (before !== undefined) assert.ok(time - before >= perMs, `${limit + 1} within ${time - before} ms`);
        }
      },
    ),
    { numRuns: 200 },
  );
  const budget = createRateLimiter();
  const rate = { limit: 100, perMs: 10_000 };
  let now = start;
  for (let sent = 0; sent < 1_000; sent++) {
    now = Math.max(now, budget.freeAt(now, rate));
    spend(budget, now, rate);
  }
  assert.equal(now, start + 90_000);
});

test('in any interval of the period at most the limit is sent, however long each takes from its reservation until then', () => {
  const gap = fc.integer({ min: 0, max: 200 });
  const request = fc.record({
    gap,
    delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 })),
    isSent: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(request, { minLength: 1, maxLength: 200 }),
      (limit, perMs, requests) => {
        const budget = createRateLimiter();
        const rate = { limit, perMs };
        const sent: number[] = [];
        let pending: { at: number; isSent: boolean }[] = [];
        let now = start;
        /** What was reserved is sent, or not, in the order of time. */
        const goTo = (time: number) => {
          const due = pending.filter(({ at }) => at <= time).sort((one, other) => one.at - other.at);
          pending = pending.filter(({ at }) => at > time);
          for (const { at, isSent } of due)
            if (isSent) {
              budget.spend(at, rate);
              sent.push(at);
            } else budget.release();
          now = time;
        };
        for (const { gap, delay, isSent } of requests) {
          goTo(now + gap);
          for (let freeAt = budget.freeAt(now, rate); freeAt > now; freeAt = budget.freeAt(now, rate)) goTo(freeAt);
          budget.reserve();
          pending.push({ at: now + delay, isSent });
        }
        goTo(now + 3_000);
        for (const [index, time] of sent.entries()) {
          const before = sent[index - limit];
          if (before !== undefined) assert.ok(time - before >= perMs, `${limit + 1} within ${time - before} ms`);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('requests that are not sent do not count, and a changed limit keeps the count of sent ones', () => {
  const budget = createRateLimiter();
  const rate = { limit: 2, perMs: 1_000 };
  for (let n = 0; n < 2; n++) budget.reserve();
  budget.spend(start, rate);
  assert.equal(budget.freeAt(start, rate), start + 1_000);
  budget.release();
  assert.ok(budget.freeAt(start, rate) <= start);
  spend(budget, start + 1, rate);
  assert.equal(budget.freeAt(start + 2, { limit: 1, perMs: 1_000 }), start + 1_001);
  assert.ok(budget.freeAt(start + 2, { limit: 5, perMs: 1_000 }) <= start + 2);
});

test('a clock that is set back makes no wait for a rate, a quota or a pause of the peer longer', () => {
  const rate = { limit: 2, perMs: 1_000 };
  const back = start - 3 * 86_400_000;
  const limited = createRateLimiter();
  for (let sent = 0; sent < 2; sent++) spend(limited, start, rate);
  assert.equal(limited.freeAt(start, rate), start + 1_000);
  assert.equal(limited.freeAt(back, rate), back + 1_000);
  assert.ok(limited.freeAt(back + 1_000, rate) <= back + 1_000);
  const quoted = createRateLimiter();
  quoted.learn({ remaining: 0, resetMs: 5_000 }, 0, start);
  assert.equal(quoted.freeAt(start, null), start + 5_000);
  assert.equal(quoted.freeAt(back, null), back + 5_000);
  const paused = createRateLimiter();
  paused.quiet(start + 30_000);
  assert.equal(paused.freeAt(start, null), start + 30_000);
  assert.equal(paused.freeAt(back, null), back + 30_000);
});

test('a request counts from its reservation until the period after it was sent is over', () => {
  const budget = createRateLimiter();
  const rate = { limit: 2, perMs: 1_000 };
  budget.reserve();
  spend(budget, start + 100, rate);
  assert.equal(budget.freeAt(start + 100, rate), start + 1_100, 'the reserved one may be sent now');
  assert.equal(budget.freeAt(start + 1_100, rate), start + 1_100, 'another one may be sent beside it');
  budget.reserve();
  assert.equal(budget.freeAt(start + 5_000, rate), start + 6_000, 'two are reserved, and may be sent now');
  budget.spend(start + 5_000, rate);
  assert.equal(budget.freeAt(start + 5_900, rate), start + 6_000);
  budget.release();
  assert.ok(budget.freeAt(start + 5_900, rate) <= start + 5_900, 'the other one was not sent');
});

test('requests that are reserved while there is no rate count when there is one', () => {
  const budget = createRateLimiter();
  for (let n = 0; n < 3; n++) budget.reserve();
  budget.spend(start, null);
  const rate = { limit: 2, perMs: 1_000 };
  assert.equal(budget.freeAt(start + 500, rate), start + 1_500);
  budget.spend(start + 600, rate);
  budget.spend(start + 700, rate);
  assert.equal(budget.freeAt(start + 700, rate), start + 1_600);
});

test("the peer's own quota delays requests over it, until its reset", () => {
  const budget = createRateLimiter();
  budget.learn({ remaining: 3, resetMs: 5_000 }, 1, start);
  for (let sent = 0; sent < 2; sent++) {
    assert.ok(budget.freeAt(start, null) <= start);
    spend(budget, start, null);
  }
  assert.equal(budget.freeAt(start, null), start + 5_000);
  budget.learn({ remaining: 2, resetMs: 4_500 }, 0, start + 500);
  assert.equal(budget.freeAt(start + 500, null), start + 5_000, 'a response of the same window frees nothing');
  assert.ok(budget.freeAt(start + 5_000, null) <= start + 5_000);
  budget.learn({ remaining: 100, resetMs: 10_000 }, 0, start + 5_100);
  assert.ok(budget.freeAt(start + 5_100, null) <= start + 5_100);
  budget.learn({ remaining: 0, resetMs: 9_900 }, 0, start + 5_200);
  assert.equal(budget.askedUntil(), start + 15_100);
  budget.learn({ remaining: 2, resetMs: 60_000 }, 0, start + 5_300);
  assert.ok(budget.freeAt(start + 5_300, null) <= start + 5_300, 'a later reset is that of a new window');
  assert.equal(budget.askedUntil(), 0);
  budget.learn({ remaining: 0, resetMs: 1_000 }, 0, start + 65_300);
  budget.learn({ remaining: 2, resetMs: 500 }, 0, start + 66_300);
  assert.ok(budget.freeAt(start + 66_300, null) <= start + 66_300, 'so is one after the last reset');
});

test('a request that was not sent gives its part of the quota back', () => {
  const budget = createRateLimiter();
  budget.learn({ remaining: 1, resetMs: 5_000 }, 0, start);
  budget.reserve();
  assert.equal(budget.freeAt(start, null), start + 5_000);
  budget.release();
  assert.ok(budget.freeAt(start, null) <= start);
  spend(budget, start, null);
  budget.quiet(start + 9_000);
  budget.forgetPeer();
  assert.ok(budget.freeAt(start, null) <= start, 'a person ends the quota and the pause');
});

test('an even pace spreads requests over the limit, or over the rest of the quota if that is slower', () => {
  const budget = createRateLimiter();
  const rate = { limit: 2, perMs: 1_000 };
  assert.deepEqual([budget.paceMs(start, null), budget.paceMs(start, rate)], [0, 500]);
  budget.learn({ remaining: 10, resetMs: 6_000 }, 0, start);
  assert.deepEqual([budget.paceMs(start + 1_000, null), budget.paceMs(start, rate)], [500, 600]);
  assert.equal(budget.paceMs(start + 6_000, null), 0, 'the quota is over');
  budget.learn({ remaining: 0, resetMs: 6_000 }, 0, start);
  assert.equal(budget.paceMs(start, null), 0, 'nothing of the quota is left to spread');
});

test("after the window of a peer's quota the next one is taken as equal until a response tells, or the peer tells nothing more", () => {
  const limiter = createRateLimiter();
  const start = 1_000_000;
  limiter.learn({ remaining: 3, resetMs: 5_000 }, 0, start);
  const after = start + 5_000;
  for (let n = 0; n < 3; n++) {
    assert.ok(limiter.freeAt(after, null) <= after);
    spend(limiter, after, null);
  }
  assert.equal(limiter.freeAt(after, null), after + 10_000, 'three requests are in flight, and none has a response');
  limiter.learn({ remaining: 7, resetMs: 4_000 }, 2, after + 100);
  assert.ok(limiter.freeAt(after + 100, null) <= after + 100, 'the next window allows more');
  const later = after + 4_100;
  for (let n = 0; n < 7; n++) {
    assert.ok(limiter.freeAt(later, null) <= later);
    spend(limiter, later, null);
  }
  assert.equal(limiter.freeAt(later, null), later + 10_000);
  const silent = later + 10_000;
  for (let n = 0; n < 50; n++) {
    assert.ok(limiter.freeAt(silent, null) <= silent);
    spend(limiter, silent, null);
  }
});
