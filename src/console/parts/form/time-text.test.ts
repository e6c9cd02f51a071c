import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf, timeOf } from './time-text.ts';

const now = new Date(2027, 0, 31, 9, 5);

test('a time is typed with 24 hours, with or without its date and seconds, and as RFC 3339', () => {
  const read = (text: string) => timeOf(text, now)?.getTime();
  assert.equal(read('2026-12-02 14:30'), new Date(2026, 11, 2, 14, 30).getTime());
  assert.equal(read(' 2026-12-2T4:30:15 '), new Date(2026, 11, 2, 4, 30, 15).getTime());
  assert.equal(read('2026-12-02'), new Date(2026, 11, 2).getTime());
  assert.equal(read('23:59'), new Date(2027, 0, 31, 23, 59).getTime());
  assert.equal(read('2026-12-02T14:30:00Z'), Date.UTC(2026, 11, 2, 14, 30));
  assert.equal(read('2026-12-02 14:30:00+02:00'), Date.UTC(2026, 11, 2, 12, 30));
});

test('what is no time is none', () => {
  for (const text of [
    '',
    ' ',
    'noon',
    '2026-13-01',
    '2026-04-31 10:00',
    '24:30',
    '12:60',
    '2:30 PM',
    '12/02/2026',
    '1Z',
  ])
    assert.equal(timeOf(text, now), undefined, text);
});

test('a time is written as it can be typed', () => {
  const at = new Date(2026, 11, 2, 4, 5, 6);
  assert.equal(textOf(at.toISOString()), '2026-12-02 04:05:06');
  assert.equal(timeOf(textOf(at.toISOString()), now)?.getTime(), at.getTime());
  assert.deepEqual([textOf(undefined), textOf('nothing')], ['', '']);
});
