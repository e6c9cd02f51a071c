import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import { pause } from '../async/clock.ts';
import type { Lease } from '../journal/journal.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { Ownership } from './ownership.ts';
import type { Policy } from './share.ts';

const [ttlMs, everyMs, count] = [1_500, 250, 4];
const runs = Number(process.env.MILLRACE_SIMULATIONS ?? 20);

/** `refuse`, `drop`: the next change of its leases fails before it is stored, or its response is lost. */
type Act = {
  node: number;
  kind: 'start' | 'kill' | 'leave' | 'stop' | 'go' | 'cut' | 'join' | 'refuse' | 'drop' | 'set';
  ms: number;
};

const act: fc.Arbitrary<Act> = fc.record({
  node: fc.nat(2),
  kind: fc.constantFrom('start', 'start', 'kill', 'leave', 'stop', 'go', 'cut', 'join', 'refuse', 'drop'),
  ms: fc.nat(2_500),
});
const jump = fc.record({
  node: fc.nat(2),
  kind: fc.constant('set' as const),
  ms: fc.integer({ min: -5_000, max: 5_000 }),
});

test('nodes that die, stop, leave and lose storage never act for one partition at once, and share all in the end', () =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), (acts) => simulate(acts)),
    { numRuns: runs },
  ));

test('with one active node, they never act for one partition at once either, and one has all in the end', () =>
  fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), (acts) => simulate(acts, 'one')),
    { numRuns: runs },
  ));

test('while their wall clocks are set, they never act for one partition at once either', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(act, jump), { minLength: 5, maxLength: 40 }), (acts) => simulate(acts)),
    {
      numRuns: runs,
    },
  ));

async function simulate(acts: readonly Act[], policy: Policy = 'even'): Promise<void> {
  const clock = fakeClock();
  await using storage = await openStorage();
  const { journal } = storage;
  const { leases } = journal.hot;
  const epochs = new Map<number, number>();
  /** Leases that have a later one, or were released. */
  const former: Lease[] = [];
  let names = 0;

  const startProcess = () => {
    const stopped: (() => void)[] = [];
    const state = {
      isStopped: false,
      isDead: false,
      isCut: false,
      next: null as 'refuse' | 'drop' | null,
      offsetMs: 0,
    };
    const call =
      <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
      (...args: A): Promise<R> => {
        if (state.isDead) return new Promise(() => {}); // a dead process hears of nothing
        return state.isCut ? Promise.reject(new Error('cut')) : run(...args);
      };
    const change = <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
      call(async (...args: A): Promise<R> => {
        const fault = state.next;
        state.next = null;
        if (fault === 'refuse') throw new Error('refused');
        const result = await run(...args);
        if (fault === 'drop') throw new Error('the response was lost');
        return result;
      });
    const ownership = new Ownership({
      leases: {
        beat: call(leases.beat),
        take: change(leases.take),
        release: change(leases.release),
        leave: change(leases.leave),
      },
      node: `node ${names++}`,
      count,
      policy,
      ttlMs,
      everyMs,
      clock: {
        now: () => clock.now() + state.offsetMs,
        after: (ms, then) =>
          clock.after(ms, () => {
            if (state.isStopped) stopped.push(then);
            else if (!state.isDead) then();
          }),
      },
      monotonic: clock.now,
      telemetry: { ...silentTelemetry(), failed() {} },
      work: {
        async acquired(lease) {
          const last = epochs.get(lease.partition) ?? 0;
          assert.ok(lease.epoch > last, 'each owner has a higher epoch');
          if (last > 0) former.push({ ...lease, epoch: last });
          epochs.set(lease.partition, lease.epoch);
          await pause(clock, 20);
        },
        drain: () => pause(clock, 100),
        lost() {},
      },
    });
    return { ownership, state, stopped, isLeaving: false };
  };
  type Process = ReturnType<typeof startProcess>;
  const nodes: (Process | null)[] = [null, null, null];
  const all: Process[] = [];

  const check = async () => {
    // A node that is stopped writes no request: it looks at the time in the turn in which it would.
    const acting = all.filter(({ ownership, state }) => !state.isDead && ownership.mayAct());
    const owned = acting.flatMap(({ ownership }) => ownership.owned().map(({ partition }) => partition));
    assert.equal(new Set(owned).size, owned.length, `owned twice: ${owned}`);
    for (const lease of former) assert.equal(await journal.hot.mark(lease, [], null), false, 'a former owner');
  };

  for (const { node, kind, ms } of acts) {
    const one = nodes[node] ?? null;
    if (one === null && kind === 'start') {
      const started = startProcess();
      nodes[node] = started;
      all.push(started);
      // A process that can't start ends.
      void started.ownership.start().catch(() => {
        started.state.isDead = true;
        if (nodes[node] === started) nodes[node] = null;
      });
    }
    if (one !== null) {
      if (kind === 'kill') one.state.isDead = true;
      if (kind === 'kill') nodes[node] = null;
      if (kind === 'stop') one.state.isStopped = true;
      if (kind === 'cut') one.state.isCut = true;
      if (kind === 'refuse' || kind === 'drop') one.state.next = kind;
      if (kind === 'join') one.state.isCut = false;
      if (kind === 'set') one.state.offsetMs = ms;
      if (kind === 'go') {
        one.state.isStopped = false;
        for (const then of one.stopped.splice(0)) then();
      }
      if (kind === 'leave' && !one.state.isStopped && !one.state.isCut) {
        nodes[node] = null;
        void one.ownership.leave().then(() => one.ownership[Symbol.asyncDispose]());
      }
    }
    for (let left = Math.abs(ms); left > 0; left -= 100) {
      await clock.advance(Math.min(left, 100));
      await check();
    }
  }
  for (const one of nodes) {
    if (one === null) continue;
    Object.assign(one.state, { isStopped: false, isCut: false, offsetMs: 0 });
    for (const then of one.stopped.splice(0)) then();
  }
  await clock.advance(60_000);
  const alive = nodes.flatMap((one) => one ?? []);
  const shares = alive.map(({ ownership }) => ownership.owned().length);
  if (alive.length > 0) {
    assert.equal(
      shares.reduce((sum, one) => sum + one, 0),
      count,
      `shares ${shares}`,
    );
    if (policy === 'one') assert.equal(Math.max(...shares), count, `shares ${shares}`);
    else assert.ok(Math.max(...shares) - Math.min(...shares) <= 1, `shares ${shares}`);
  }
  await check();
}
