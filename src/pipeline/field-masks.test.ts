import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FieldPrivacy, fieldPrivacy } from '../contract/documents/privacy.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import { compileMasks } from './field-masks.ts';

const hash = (text: string) => `#${text.length}`;

function event(data: IncomingEvent['data'], more: Partial<IncomingEvent> = {}): IncomingEvent {
  return {
    name: null,
    visitorId: null,
    anonymousId: null,
    sessionId: null,
    occurredAt: '2026-01-01T00:00:00.000Z',
    data,
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    identity: null,
    ...more,
  };
}

function masked(privacy: Partial<FieldPrivacy>, given: IncomingEvent): IncomingEvent {
  const masks = compileMasks([fieldPrivacy.parse(privacy)], hash);
  assert.ok(masks !== null);
  return masks(given);
}

const dropped: [string[], IncomingEvent['data'], IncomingEvent['data']][] = [
  [['properties.email'], { 'properties.email': 'a', 'properties.total': '1' }, { 'properties.total': '1' }],
  [['properties.email'], { properties: { email: 'a', total: '1' } }, { properties: { total: '1' } }],
  [['*.email'], { email: 'kept', 'a.b.Email': 'a', c: [{ d: { email: 'b' } }] }, { email: 'kept', c: [{ d: {} }] }],
  [['*email'], { email: 'a', MyEmail: 'b', mail: 'c' }, { mail: 'c' }],
  [['customer'], { customer: { name: 'a', list: ['b'] }, x: 'y' }, { x: 'y' }],
  [['tags'], { tags: ['a', 'b'], x: 'y' }, { x: 'y' }],
  [['__proto__'], JSON.parse('{"__proto__": {"email": "a"}, "x": "y"}'), { x: 'y' }],
];

test('fields are dropped by their dotted names, nested or not', () => {
  for (const [drop, before, after] of dropped) assert.deepEqual(masked({ drop }, event(before)).data, after, `${drop}`);
});

test('the texts of a masked field are hashed, cut to their last characters or replaced, with all that is nested', () => {
  const mask = [
    { field: 'email', by: 'hash' as const },
    { field: 'card', by: 'last' as const, characters: 4 },
    { field: 'who', by: 'replace' as const, text: 'somebody' },
    { field: '*', by: 'replace' as const, text: 'never: the first match applies' },
  ].slice(0, 3);
  const given = { email: 'a@b.c', card: '4111111111111111', who: { first: 'A', more: ['B', { c: 'C' }] } };
  const { data } = masked({ mask: [...mask, { field: 'email', by: 'replace', text: 'late' }] }, event(given));
  assert.deepEqual(data, {
    email: '#5',
    card: '…1111',
    who: { first: 'somebody', more: ['somebody', { c: 'somebody' }] },
  });
  assert.deepEqual(masked({ mask }, event({ card: '12345' })).data, { card: '…' }, 'at most half of it is shown');
});

const addresses: [string, string][] = [
  ['203.0.113.77', '203.0.113.0'],
  ['203.0.113.77, 2001:db8:1:2::3', '203.0.113.0, 2001:db8:1::'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['[2001:DB8:1:2::9]', '2001:db8:1::'],
  ['::ffff:203.0.113.77', '::ffff:203.0.113.0'],
  ['fe80::1%eth0', 'fe80::'],
  ['::1', '::'],
  ['1.2.3', '1.2.3'],
  ['12:30', '12:30'],
  ['1,234.50', '1,234.50'],
  ['on 203.0.113.77', 'on 203.0.113.77'],
  ['', ''],
];

test('an address is cut to its network; other texts are not changed', () => {
  for (const [before, after] of addresses)
    assert.deepEqual(masked({ maskIp: true }, event({ a: before, b: [{ c: before }] })).data, {
      a: after,
      b: [{ c: after }],
    });
});

test('name, visitor and identity are masked like the fields that contain them', () => {
  const of = (privacy: Partial<FieldPrivacy>, data: IncomingEvent['data']) => {
    const ids = { visitorId: 'visitor-1', name: 'Buy', sessionId: null, identity: 'message-1' };
    const { visitorId, name, identity } = masked(privacy, event(data, ids));
    return [visitorId, name, identity];
  };
  const sent = { 'wt.dcsvid': 'visitor-1', 'wt.ev': 'Buy', messageId: 'message-1', x: 'y' };
  assert.deepEqual(of({ drop: ['wt.dcsvid'] }, sent), [null, 'Buy', 'message-1']);
  assert.deepEqual(of({ mask: [{ field: 'wt.dcsvid', by: 'hash' }] }, sent), ['#9', 'Buy', 'message-1']);
  assert.deepEqual(
    of({ drop: ['messageId'] }, sent),
    ['visitor-1', 'Buy', '#9'],
    'otherwise duplicates would be accepted',
  );
  assert.deepEqual(
    of({ mask: [{ field: 'messageId', by: 'replace', text: '' }] }, sent),
    ['visitor-1', 'Buy', '#9'],
    'otherwise all would be the same',
  );
  assert.deepEqual(of({ drop: ['wt.co_f'] }, { ...sent, 'wt.co_f': 'visitor-1' }), ['visitor-1', 'Buy', 'message-1']);
});

test('an event without a match is returned unchanged, and masking does not change values that events share', () => {
  const given = event({ a: 'b', c: { d: ['e'] } });
  assert.equal(masked({ drop: ['zzz'], maskIp: true }, given), given);
  const shared = { email: 'a@b.c' };
  const rule = { mask: [{ field: '*email', by: 'hash' as const }] };
  assert.deepEqual(masked(rule, event({ shared })).data, masked(rule, event({ shared })).data);
  assert.deepEqual(shared, { email: 'a@b.c' });
  assert.equal(compileMasks([fieldPrivacy.parse({})], hash), null);
});
