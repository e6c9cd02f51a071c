import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { askPlan, bodyFor } from './ask-plan.ts';

const plan: ReplayPlan = {
  looked: 3,
  deliveries: 3,
  complete: true,
  leftOut: [],
  duplicates: 0,
  rejected: 0,
  changed: 0,
  destinations: [],
  durationMs: null,
  samples: [],
};

test('rejected deliveries, and those whose configuration changed since, are rendered again; others keep their bytes', () => {
  assert.equal(bodyFor({ rejected: 0, changed: 0 }), 'original');
  assert.equal(bodyFor({ rejected: 1, changed: 0 }), 'current');
  assert.equal(bodyFor({ rejected: 0, changed: 1 }), 'current');
});

test('a plan is made with the body that fits what it finds, unless a person chose one', async () => {
  const of = { of: 'deliveries' as const, filter: {}, body: 'original' as const };
  for (const [chosen, rejected, body, asked] of [
    [null, 0, 'original', ['original']],
    [null, 2, 'current', ['original', 'current']],
    ['original', 2, 'original', ['original']],
  ] as const) {
    const bodies: unknown[] = [];
    const made = await askPlan(of, chosen, async (input) => {
      bodies.push('body' in input ? input.body : undefined);
      return { ...plan, rejected };
    });
    assert.deepEqual([made.body, bodies], [body, asked]);
  }
});
