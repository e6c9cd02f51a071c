import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredReplay } from '../../journal/journal.ts';
import { shownReplay } from './shown-replay.ts';

const nothing = { pending: 0, retrying: 0, held: 0, delivered: 0, failed: 0, skipped: 0, cancelled: 0 };

test('the progress of a replay has the figures of its plan before anything is read, and those of what was read at its end', () => {
  const stored: StoredReplay = {
    id: 'rpl_1',
    input: {
      of: 'deliveries',
      ids: ['dlv_1'],
      only: 'undelivered',
      to: null,
      body: 'original',
      keepIdempotencyKey: true,
      reason: '',
      ratePerSecond: null,
      order: 'oldest',
      plan: false,
    },
    state: 'planned',
    startedBy: 'ops',
    createdAt: 0,
    finishedAt: null,
    upTo: null,
    partition: 0,
    cursor: null,
    isRead: false,
    total: 23,
    planLeftOut: { already_delivered: 14 },
    made: 0,
    leftOut: {},
    outcome: null,
  };
  const figures = (replay: Partial<StoredReplay>, outcome = nothing) => {
    const { total, skipped, waiting, leftOut } = shownReplay({ ...stored, ...replay }, outcome).progress;
    return [total, skipped, waiting, leftOut.map(({ count }) => count)];
  };
  assert.deepEqual(figures({}), [23, 14, 9, [14]]);
  const half = { made: 4, leftOut: { already_delivered: 6 } };
  assert.deepEqual(figures(half, { ...nothing, pending: 4 }), [23, 14, 9, [14]]);
  // One of them was delivered in the meantime.
  const all = { made: 8, leftOut: { already_delivered: 15 }, isRead: true };
  assert.deepEqual(figures(all, { ...nothing, delivered: 8 }), [23, 15, 0, [15]]);
});
