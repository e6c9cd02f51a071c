import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { drawFrom } from '../../bench/soak/together/draw.ts';
import {
  type Act,
  type Arrival,
  type History,
  type Life,
  newHistory,
  type TokenRequest,
} from '../../bench/soak/together/history.ts';
import type { Look } from '../../bench/soak/together/look.ts';
import { trafficOf } from '../../bench/soak/together/members.ts';
import { drawMix, type PlaceMix, type SystemMix } from '../../bench/soak/together/mix.ts';
import { model } from '../../bench/soak/together/model.ts';
import type { Wiring } from '../../bench/soak/together/setup.ts';
import { placedId } from '../../src/contract/ids.ts';
import type { Delivery } from '../../src/contract/records/delivery.ts';

// The model of the soak `together` must see a broken guarantee, and allow what is right.

const action = { name: 'A0', id: 'act_0' };
const eventOf = (n: number) => placedId('event', { timeMs: 1, partition: 0, number: n });
const idOf = (n: number) => placedId('delivery', { timeMs: 1, partition: 0, number: n });
const hashOf = (...numbers: number[]) => createHash('sha256').update(numbers.map(idOf).join('\n')).digest('hex');

/** A run with the events 1 and 2 of one visitor, delivered to one place. */
function run(
  place: Partial<PlaceMix>,
  arrivals: Partial<Arrival>[],
  acts: Partial<Act>[] = [],
  deliveries = [1, 2],
  first: Partial<Delivery> = {},
  lives: Life[] = [],
  tokens: TokenRequest[] = [],
) {
  const mix = { ...(drawMix(drawFrom(1)).places[0] as PlaceMix), orderBy: null, holdsUnknown: false, ...place }; // four at least
  const system = drawMix(drawFrom(1)).systems[0] as SystemMix; // two at least
  const wiring: Wiring = {
    key: 'k',
    connectionIds: ['con_0'],
    places: [
      {
        mix,
        system: { ...system, heldMaxAgeMs: 1_000 },
        destinationId: 'dst_0',
        connectionId: 'con_0',
        deletedAt: null,
      },
    ],
    actions: [action],
    tokens: [],
  };
  const history: History = newHistory();
  history.lives.push(...lives);
  history.tokenRequests.push(...tokens);
  history.plans.push({ action: action.name, at: 0, sureAt: 0, destinations: new Set(['dst_0']) });
  const numbers = [1, 2];
  history.sent.push({
    at: 0,
    until: 1,
    visitors: ['v', 'v'],
    groups: ['g', 'g'],
    numbers,
    actions: [[action.name], [action.name]],
    ids: numbers.map(eventOf),
    repeats: 0,
  });
  for (const [number, one] of arrivals.entries())
    history.arrivals.push({ ...arrival(1), place: mix.id, number, ...one });
  for (const one of acts) history.acts.push({ name: '', at: 0, until: 0, about: [], detail: '', result: 'ok', ...one });
  const stored = deliveries.map((n, at) => ({ ...delivered(n), ...(at === 0 && first) }));
  const traffic = trafficOf(history, stored, [], wiring);
  // The model reads these alone.
  const look = { at: 100_000, deliveries: stored } as unknown as Look;
  return model({ history, wiring, look, traffic }).map(({ guarantee }) => guarantee);
}

/** A request with the deliveries of these events, at a time of its own. */
function arrival(...numbers: number[]): Arrival {
  return {
    number: 0,
    system: 0,
    place: '',
    at: 10,
    endedAt: 11,
    end: 'answered',
    key: numbers.length === 1 ? idOf(numbers[0] ?? 0) : hashOf(...numbers),
    digest: numbers.join(),
    action: action.name,
    records: numbers.map((n) => ({ n, event: eventOf(n), visitor: 'v', value: 'g' })),
    answer: { kind: 'respond', status: 200, headers: {}, delayMs: 0, items: null },
  };
}

const at = (atMs: number, ...numbers: number[]): Partial<Arrival> => {
  const { place: _, number: __, ...rest } = arrival(...numbers);
  return { ...rest, at: atMs, endedAt: atMs + 1 };
};

const answered = (given: Partial<Arrival['answer']>): Pick<Arrival, 'answer'> => ({
  answer: { ...arrival(1).answer, ...given },
});

const delivered = (n: number) =>
  ({
    id: idOf(n),
    eventId: eventOf(n),
    actionId: action.id,
    destinationId: 'dst_0',
    connectionId: 'con_0',
    status: 'delivered',
    replayId: null,
    replayOf: null,
    test: false,
  }) as unknown as Delivery; // the fields that the model reads

test('a run in which each event arrives once is right', () => {
  assert.deepEqual(run({}, [at(10, 1), at(20, 2)]), []);
  assert.deepEqual(run({}, [at(10, 1, 2)]), []);
});

test('a delivery that is missing, and a record that never arrived, are seen', () => {
  assert.deepEqual(run({}, [at(10, 1)], [], [1]), ['nothing acknowledged is lost']);
  assert.deepEqual(run({}, [at(10, 1)]), ['what is delivered has arrived']);
});

test('an earlier delivery of a key that is sent after a later one is seen, unless a person sends it again', () => {
  const failed = { ...at(10, 1), ...answered({ status: 500 }) };
  const overtaken = [failed, at(20, 2), at(30, 1)];
  assert.deepEqual(run({ orderBy: 'visitor' }, overtaken), ['order by key']);
  assert.deepEqual(run({ orderBy: 'visitor' }, [failed, at(20, 1), at(30, 2)]), []);
  assert.deepEqual(run({}, overtaken), []);
  const again = { name: 'retry', about: [idOf(1)], isAgain: true };
  assert.deepEqual(run({ orderBy: 'visitor' }, overtaken, [again]), []);
});

test('a delivery that begins before the response to an earlier one of its key is seen, unless they share a request', () => {
  const slow = { ...at(10, 1), endedAt: 60 };
  assert.deepEqual(run({ orderBy: 'visitor' }, [slow, at(20, 2)]), ['order by key']);
  assert.deepEqual(run({ orderBy: 'visitor' }, [at(10, 1, 2)]), []);
});

test('a delivered record that arrives again without a cause is seen, also with other bytes', () => {
  assert.deepEqual(run({}, [at(10, 1), at(20, 2), at(30, 1)]), ['a delivered record is sent once']);
  assert.deepEqual(run({}, [at(10, 1), at(20, 2), { ...at(30, 1), digest: 'other' }]), [
    'a repetition has the same bytes',
    'a delivered record is sent once',
  ]);
  const retried = { name: 'retry', about: [idOf(1)], at: 25, until: 26, detail: 'rendered again' };
  assert.deepEqual(run({}, [at(10, 1), at(20, 2), { ...at(30, 1), digest: 'other' }], [retried]), []);
});

test('an unknown outcome that is sent again without a person is seen', () => {
  const silent: Partial<Arrival> = { ...at(10, 1), ...answered({ kind: 'hang' }), end: 'cut', endedAt: 500 };
  const repeated = [silent, at(20, 2), at(900, 1)];
  assert.deepEqual(run({ holdsUnknown: true }, repeated), ['an unknown outcome waits for a person']);
  assert.deepEqual(run({ holdsUnknown: false }, repeated), []);
  const released = { name: 'release', about: ['con_0'], at: 700, until: 701 };
  assert.deepEqual(run({ holdsUnknown: true }, repeated, [released]), []);
});

test('a cancelled delivery that is sent later is seen', () => {
  const cancelled = { name: 'cancel', about: [idOf(1)], at: 5, until: 6 };
  assert.deepEqual(run({}, [at(20, 2), at(9_000, 1)], [cancelled]), ['a cancelled delivery is not sent']);
});

test('a cancelled delivery that was in flight then may arrive later, but no second time, and not from the next process', () => {
  const cancelled = { name: 'cancel', about: [idOf(1)], at: 5, until: 6, wasSending: true };
  assert.deepEqual(run({}, [at(20, 2), at(9_000, 1)], [cancelled]), []);
  const broken = { ...at(9_000, 1), ...answered({ status: 500 }) };
  assert.deepEqual(run({}, [at(20, 2), broken, at(9_900, 1)], [cancelled]), ['a cancelled delivery is not sent']);
  const life = { startedAt: 0, listeningAt: 1, endedAt: 7_000, by: 'SIGKILL' as const };
  assert.deepEqual(run({}, [at(20, 2), at(9_000, 1)], [cancelled], [1, 2], {}, [life]), [
    'a cancelled delivery is not sent',
  ]);
});

test('an exhausted delivery that a saved change does not send again is seen', () => {
  const first = { status: 'held', reason: 'exhausted', attempts: 2 } as const;
  const saved = { name: 'describe', about: ['dst_0'], exhausted: new Map([[idOf(1), 2]]) };
  const failed = { ...at(10, 1), ...answered({ status: 500 }) };
  const guarantee = 'a saved change releases what is held';
  assert.deepEqual(run({}, [failed, at(20, 2)], [saved], [1, 2], first), [guarantee]);
  assert.deepEqual(run({}, [failed, at(20, 2)], [{ ...saved, result: 'unknown' }], [1, 2], first), []);
  assert.deepEqual(run({}, [failed, at(20, 2)], [saved], [1, 2], { ...first, attempts: 3 }), []);
  const still = { ...saved, stillExhausted: [idOf(1)] };
  assert.deepEqual(run({}, [at(10, 1), at(20, 2)], [still]), [guarantee]);
});

test('a request after a 410 is seen, unless a person enabled the destination', () => {
  const gone = { ...at(10, 1), ...answered({ status: 410 }) };
  const requests = [gone, at(9_000, 2), at(9_001, 1)];
  assert.deepEqual(run({}, requests), ['a destination that is gone is paused']);
  assert.deepEqual(run({}, requests, [{ name: 'turn a destination', about: ['dst_0'], at: 8_000, until: 8_001 }]), []);
});

test('a delivery that expires too early, or is sent after it has expired, is seen', () => {
  const expired = (ms: number) =>
    ({
      status: 'failed',
      reason: 'expired',
      createdAt: new Date(0).toISOString(),
      finishedAt: new Date(ms).toISOString(),
    }) as const;
  const guarantee = 'a held delivery expires at its age';
  assert.deepEqual(run({}, [at(20, 2)], [], [1, 2], expired(1_000)), []);
  assert.deepEqual(run({}, [at(20, 2)], [], [1, 2], expired(999)), [guarantee]);
  assert.deepEqual(run({}, [at(20, 2), at(9_000, 1)], [], [1, 2], expired(1_000)), [guarantee]);
});

test('a token request during a pause of the token endpoint is seen, unless a person acted or the process ended', () => {
  const failed = { system: 0, at: 10, endedAt: 20, pauseMs: 1_000 };
  const next = (atMs: number) => ({ system: 0, at: atMs, endedAt: atMs + 1, pauseMs: null });
  const asked = (tokens: TokenRequest[], acts: Partial<Act>[] = [], lives: Life[] = []) =>
    run({}, [at(10, 1), at(20, 2)], acts, [1, 2], {}, lives, tokens);
  const guarantee = 'a token endpoint is left alone while it pauses';
  assert.deepEqual(asked([failed, next(900)]), [guarantee]);
  assert.deepEqual(asked([failed, next(1_020)]), []);
  assert.deepEqual(asked([{ ...failed, pauseMs: null }, next(30)]), []);
  const entered = { name: 'enter the credential', about: ['con_0'], at: 500, until: 501 };
  assert.deepEqual(asked([failed, next(900)], [entered]), []);
  const retried = { name: 'retry', about: [idOf(1)], at: 500, until: 501 };
  assert.deepEqual(asked([failed, next(900)], [retried]), []);
  const life = { startedAt: 0, listeningAt: 1, endedAt: 600, by: 'SIGKILL' as const };
  assert.deepEqual(asked([failed, next(900)], [], [life]), []);
});
