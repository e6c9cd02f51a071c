import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleOf } from './picked-event.ts';

const paste = (value: unknown) => sampleOf('paste', typeof value === 'string' ? value : JSON.stringify(value));

test('an event is read in any of the forms in which it can be copied', () => {
  const data = { 'wt.ti': 'Home' };
  assert.deepEqual(paste(data), { event: { data } });
  assert.deepEqual(paste({ name: 'x', data }), { event: { name: 'x', data } });
  assert.deepEqual(paste({ id: 'evt_1', name: null, receivedAt: 'now', data }), { event: { data } });
  assert.deepEqual(paste({ static: { a: '1' }, events: [data] }), { event: { data: { a: '1', ...data } } });
  assert.deepEqual(paste([data]), { data: [data] });
});

test('text that is no event and text that is no JSON have different errors', () => {
  assert.deepEqual(
    [paste(''), paste('{"a'), paste('7'), paste([1])],
    [{ error: 'empty' }, { error: 'json' }, { error: 'shape' }, { error: 'shape' }],
  );
});
