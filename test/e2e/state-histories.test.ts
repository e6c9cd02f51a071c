import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { randomHistory, toldOf } from '../support/history.ts';
import { startReceiver } from '../support/receiver.ts';

/** MILLRACE_HISTORIES=50 for many. */
const histories = Number(process.env['MILLRACE_HISTORIES'] ?? 3);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);
const steps = 40;

for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
  test(`GET /state, the list with its chips, the issues and the metrics agree after the random history ${seed}`, async () => {
    await using receiver = await startReceiver();
    await using app = await startTestApp();
    const { done } = await randomHistory(app, receiver, { seed, steps });
    let differing: unknown = 'nothing was read while nothing was in flight';
    await eventually(
      'all places to agree',
      async () => {
        const told = await toldOf(app);
        if (told !== null) differing = differencesIn(told);
        return differing === null;
      },
      { state: () => ({ differing, done }) },
    );
  });
}

test('a place that says something else is found', () => {
  const told = { truth: { openIssues: 2 }, places: { '/metrics': { openIssues: 1 }, list: { openIssues: 2 } } };
  assert.deepEqual(differencesIn(told as never), { '/metrics': { openIssues: [1, 2] } }); // a part of what is told
});

/** What places say and what is true instead, by place and fact; null: they agree. */
function differencesIn({ truth, places }: NonNullable<Awaited<ReturnType<typeof toldOf>>>) {
  const found = Object.entries(places).flatMap(([place, facts]) => {
    const wrong = Object.entries(facts).flatMap(([fact, said]) => {
      const isTrue = truth[fact as keyof typeof truth]; // places say these facts
      return isDeepStrictEqual(said, isTrue) ? [] : [[fact, [said, isTrue]] as const];
    });
    return wrong.length === 0 ? [] : [[place, Object.fromEntries(wrong)] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}
