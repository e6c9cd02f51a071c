import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../contract/records/event.ts';
import { eventWith } from './arbitrary.testing.ts';
import { lookupParameter, sourcesOf } from './lookup.ts';

const parsed = (json: string): Event['data'] => JSON.parse(json);

test('a parameter is looked up in the documented order', () => {
  const event = eventWith(
    {
      'wt.ev': 'exact',
      'data.a': 'exact with prefix',
      a: 'bare',
      wt: { ev: 'path' },
      'ext.geo.country': 'sent',
      p: { total: '5' },
    },
    { name: 'n', visitorId: 'v', ext: { geo: { country: 'GB', city: 'York', lat: 51.5 } }, session: { id: 's' } },
  );
  const cases: [string, unknown][] = [
    ['wt.ev', 'exact'],
    ['data.wt.ev', 'exact'],
    ['data.a', 'exact with prefix'],
    ['p.total', '5'],
    ['data.p.total', '5'],
    ['ext.geo.country', 'sent'],
    ['ext.geo.city', 'York'],
    ['ext.geo.lat', 51.5],
    ['session.id', 's'],
    ['visitorId', 'v'],
    ['source.format', 'infinity'],
    ['name', 'n'],
    ['sessionId', undefined],
    ['p.none', undefined],
    ['a.b', undefined],
    ['', undefined],
  ];
  for (const [name, value] of cases) assert.equal(lookupParameter(event, name), value, name);
});

test('only own properties are parameters', () => {
  const plain = eventWith({ list: ['x'], text: 'abc', o: {} });
  for (const name of [
    'constructor',
    '__proto__',
    'toString',
    'o.constructor',
    'list.length',
    'text.length',
    'data.o.__proto__',
    'ext.hasOwnProperty',
  ])
    assert.equal(lookupParameter(plain, name), undefined, name);
  assert.equal(lookupParameter(plain, 'list.0'), 'x');

  const hostile = eventWith(
    parsed('{"__proto__": "p", "constructor": "c", "o": {"__proto__": {"x": "deep"}, "length": "l"}}'),
  );
  assert.equal(lookupParameter(hostile, '__proto__'), 'p');
  assert.equal(lookupParameter(hostile, 'constructor'), 'c');
  assert.equal(lookupParameter(hostile, 'o.__proto__.x'), 'deep');
  assert.equal(lookupParameter(hostile, 'o.length'), 'l');
});

test('null is a missing parameter', () => {
  assert.equal(lookupParameter(eventWith({}, { ext: { geo: null } }), 'ext.geo'), undefined);
  assert.equal(lookupParameter(eventWith({}), 'name'), undefined);
});

test('a field of the event is found after event., even when the data has a key of its name', () => {
  const event = { ...eventWith({ name: 'Kettle' }), name: 'Product Viewed' };
  assert.equal(lookupParameter(event, 'name'), 'Kettle');
  assert.equal(lookupParameter(event, 'event.name'), 'Product Viewed');
  assert.deepEqual(sourcesOf('event.name').isInEvent, true);
  assert.equal(lookupParameter(eventWith({ event: { name: 'own' } }), 'event.name'), 'own');
  assert.equal(lookupParameter(event, 'event.other'), undefined);
});
