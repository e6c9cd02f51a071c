import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { idSource, placedId, placeOf, timeOf } from './ids.ts';

test('an id of the journal encodes its location, and ids sort like locations', () => {
  const places = [
    { timeMs: 1, partition: 0, number: 0 },
    { timeMs: 1, partition: 0, number: 31 },
    { timeMs: 1, partition: 7, number: 2 },
    { timeMs: 1_800_000_000_000, partition: 32_767, number: Number.MAX_SAFE_INTEGER },
  ];
  const ids = places.map((place) => placedId('event', place));
  assert.deepEqual(
    ids.map((id) => placeOf('event', id)),
    places,
  );
  assert.deepEqual([...ids].sort(), ids);
});

test('text that is not an id of that kind has no location', () => {
  const id = placedId('delivery', { timeMs: 5, partition: 1, number: 2 });
  for (const wrong of ['', 'evt_', id, `${id.replace('dlv', 'evt')}0`, id.replace('dlv_0', 'evt_!')])
    assert.equal(placeOf('event', wrong), null);
});

test('ids sort by time and differ within one millisecond', () => {
  let now = 1_000;
  const newId = idSource(() => now, randomBytes);
  const first = newId('connection');
  const twin = newId('connection');
  now += 1;
  assert.match(first, /^con_[0-9a-hjkmnp-tv-z]{26}$/);
  assert.notEqual(first, twin);
  assert.ok(first < newId('connection'));
  assert.deepEqual([timeOf('connection', first), timeOf('trace', first)], [1_000, null]);
  for (const wrong of ['', 'con_', `${first}0`, `${first.slice(0, -1)}!`])
    assert.equal(timeOf('connection', wrong), null);
});

test('ids of attempts sort by time, and differ within one millisecond and between processes', () => {
  let now = 1_000;
  const [one, other] = [idSource(() => now, randomBytes), idSource(() => now, randomBytes)];
  const ids = Array.from({ length: 3_000 }, () => [one('attempt'), other('attempt')]).flat();
  now += 1;
  const later = one('attempt');
  assert.equal(new Set([...ids, later]).size, ids.length + 1);
  assert.match(later, /^att_[0-9a-hjkmnp-tv-z]{26}$/);
  assert.equal(
    ids.every((id) => id < later),
    true,
  );
  assert.deepEqual([timeOf('attempt', ids[0] ?? ''), timeOf('attempt', later)], [1_000, 1_001]);
});
