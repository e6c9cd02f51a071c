import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incomingEvent } from '../../contract/records/event.ts';
import type { ParsedEvents } from './format.ts';
import { parseDcsGif, parseInfinity } from './infinity.ts';

const receivedAt = new Date('2026-03-01T12:00:00.000Z');
const reception = { receivedAt, collectorId: 'col_1' };

const parse = (body: unknown) =>
  parseInfinity(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), reception);

function taken(result: ParsedEvents) {
  assert.ok(result.ok, JSON.stringify(result));
  return result.events;
}

function first(result: ParsedEvents) {
  const [event] = taken(result);
  assert.ok(event);
  return event;
}

const dataOf = (event: unknown) => first(parse({ events: [event] })).data;

const refused = (result: ParsedEvents) => (result.ok ? 'taken' : `${result.code} ${result.pointer}`);

/** The same text, parsed: `__proto__` is a key like any other. */
const json = (text: string): unknown => JSON.parse(text);

test("an event has the sender's values, in the order sent", () => {
  const body = {
    events: [
      { 'wt.ev': '$Purchase', 'wt.ti': 'Thanks', 'wt.dcsvid': 'c1', 'wt.co_f': 'f1', messageId: 'm1' },
      { a: 'b' },
    ],
  };
  const events = taken(parse(body));
  assert.deepEqual(
    events.map(({ sent }) => sent?.json),
    body.events.map((event) => JSON.stringify(event)),
  );
  for (const event of events) delete event.sent;
  assert.deepEqual(events, [
    {
      name: '$Purchase',
      visitorId: 'c1',
      anonymousId: null,
      sessionId: null,
      occurredAt: receivedAt.toISOString(),
      data: body.events[0],
      ext: {},
      session: {},
      source: { collectorId: 'col_1', format: 'infinity' },
      identity: 'm1',
    },
    {
      name: null,
      visitorId: null,
      anonymousId: null,
      sessionId: null,
      occurredAt: receivedAt.toISOString(),
      data: { a: 'b' },
      ext: {},
      session: {},
      source: { collectorId: 'col_1', format: 'infinity' },
      identity: null,
    },
  ]);
  for (const event of events) incomingEvent.parse(event);
});

test('name, visitor and identity have a second source, which is used when the first one is empty', () => {
  const event = first(
    parse({ events: [{ 'wt.ev': '', 'wt.ti': 'Home', 'wt.dcsvid': ['x'], 'wt.co_f': 7, eventId: 12 }] }),
  );
  assert.deepEqual([event.name, event.visitorId, event.identity], ['Home', '7', '12']);
});

test('static values are the defaults of every event, key by key', () => {
  const events = taken(
    parse({ static: { a: 's', b: 1, c: 's', o: { n: 1 } }, events: [{ a: 'e' }, { c: null, b: { x: 2 } }] }),
  );
  assert.deepEqual(
    events.map((event) => event.data),
    [
      { a: 'e', b: '1', c: 's', o: { n: '1' } },
      { a: 's', b: { x: '2' }, o: { n: '1' } },
    ],
  );
  for (const empty of [null, {}]) assert.equal(taken(parse({ static: empty, events: [{ a: 'b' }] })).length, 1);
});

test('scalars become their JSON text, null is left out, lists and objects stay', () => {
  assert.deepEqual(
    dataOf({
      n: 7,
      f: -1.5,
      t: true,
      f2: false,
      s: '7',
      none: null,
      list: [1, null, 'a', [true]],
      o: { n: 1, none: null, deep: [{ x: 0 }] },
    }),
    {
      n: '7',
      f: '-1.5',
      t: 'true',
      f2: 'false',
      s: '7',
      list: ['1', 'a', ['true']],
      o: { n: '1', deep: [{ x: '0' }] },
    },
  );
  assert.deepEqual(dataOf({ 'ext.geo.country': 'GB', 'session.id': 's' }), {
    'ext.geo.country': 'GB',
    'session.id': 's',
  });
});

test('a number keeps the spelling in which it was sent', () => {
  for (const text of [
    '10.50',
    '1e3',
    '1E+2',
    '-0',
    '12345678901234567890',
    '0.0000001',
    '1.0',
    '0',
    '-7',
    '0.1',
    '1e400',
    '100000000000000000000000',
  ]) {
    assert.deepEqual(first(parse(`{"events":[{"a":${text},"l":[ ${text}]}]}`)).data, { a: text, l: [text] }, text);
  }
  const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;
  assert.deepEqual(first(parse(`{"events":[{"a":1.50}],"else":${deep}}`)).data, { a: '1.50' });
  const like = { '-0': ' 1.50 ', '"1e3': ',1e3,', '\\': '\\" 1.0', n: '1.0' };
  const text = JSON.stringify(like).replace('"1.0"}', '1.0}');
  assert.deepEqual(first(parse(`{"events":[${text}]}`)).data, like, 'and texts are not numbers');
});

test('the time of an event is wt.ets, else dcsdat, else the time of receipt', () => {
  const now = receivedAt.toISOString();
  const cases: [object, string][] = [
    [{ 'wt.ets': '1700000000' }, '2023-11-14T22:13:20.000Z'],
    [{ 'wt.ets': 1700000000123 }, '2023-11-14T22:13:20.123Z'],
    [{ 'wt.ets': '170000000' }, now],
    [{ 'wt.ets': '17000000001' }, now],
    [{ 'wt.ets': 'soon', dcsdat: '1700000000123' }, '2023-11-14T22:13:20.123Z'],
    [{ dcsdat: 1700000000 }, '2023-11-14T22:13:20.000Z'],
    [{ dcsdat: '2023-11-14T23:13:20+01:00' }, '2023-11-14T22:13:20.000Z'],
    [{ dcsdat: '2023-11-14 22:13:20.5' }, '2023-11-14T22:13:20.500Z'],
    [{ dcsdat: '2023-11-14 22:13' }, '2023-11-14T22:13:00.000Z'],
    [{ dcsdat: '2023-13-14 22:13' }, now],
    [{ dcsdat: '1700000000123', 'wt.ets': '1600000000' }, '2020-09-13T12:26:40.000Z'],
    [{ 'wt.ets': ['1700000000'] }, now],
  ];
  for (const [data, time] of cases)
    assert.equal(first(parse({ events: [data] })).occurredAt, time, JSON.stringify(data));
});

test('a body without valid events is refused as a whole, with the place of the error', () => {
  const cases: [string, unknown][] = [
    ['malformed_json null', '{"events":[{"a":'],
    ['malformed_json null', ''],
    ['malformed_json null', "{'events':[]}"],
    ['malformed_json null', '{"events":[{"a":NaN}]}'],
    ['invalid_events ', '[]'],
    ['invalid_events ', 'null'],
    ['invalid_events ', '"events"'],
    ['invalid_events /events', {}],
    ['invalid_events /events', { events: {} }],
    ['invalid_events /events', { events: [] }],
    ['invalid_events /static', { static: [], events: [{ a: 'b' }] }],
    ['invalid_events /static', { static: 'x', events: [{ a: 'b' }] }],
    ['invalid_events /events/1', { events: [{ a: 'b' }, {}] }],
    ['invalid_events /events/1', { static: { a: 'b' }, events: [{ a: 'b' }, {}] }],
    ['invalid_events /events/1', { events: [{ a: 'b' }, { a: null }] }],
    ['invalid_events /events/0', { events: [[]] }],
    ['invalid_events /events/0', { events: [null] }],
    ['invalid_events /events/0', { events: ['a'] }],
  ];
  for (const [expected, body] of cases) assert.equal(refused(parse(body)), expected, JSON.stringify(body));
});

test('1,000 events, 32 levels and 500 keys are accepted, one more is not', () => {
  const nest = (levels: number) => {
    let event: object = { x: 'y' };
    for (let i = 1; i < levels; i++) event = i % 2 ? { x: event } : { x: { x: 'y' }, y: event };
    return event;
  };
  const keys = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 'v']));
  const lists = (n: number) => `{"events":[{"a":${'['.repeat(n)}${']'.repeat(n)}}]}`;
  assert.equal(refused(parse({ events: Array(1_000).fill({ a: 'b' }) })), 'taken');
  assert.equal(refused(parse({ events: Array(1_001).fill({ a: 'b' }) })), 'too_large /events');
  assert.equal(refused(parse({ events: [nest(32)] })), 'taken');
  assert.equal(refused(parse({ events: [{ a: 'b' }, nest(33)] })), 'events_too_deep /events/1');
  assert.equal(refused(parse(lists(31))), 'taken');
  assert.equal(refused(parse(lists(32))), 'events_too_deep /events/0');
  assert.equal(refused(parse(lists(30_000))), 'events_too_deep /events/0');
  assert.equal(refused(parse(lists(100_000))), 'events_too_deep null', 'a large body is not parsed to find the place');
  assert.equal(refused(parse({ events: [{ a: 'b' }], else: keys(10_000) })), 'events_too_deep null');
  assert.equal(refused(parse({ events: [keys(500)] })), 'taken');
  assert.equal(refused(parse({ events: [keys(501)] })), 'events_too_deep /events/0');
  assert.equal(refused(parse({ events: [{ a: keys(300), b: keys(300) }] })), 'events_too_deep /events/0');
  assert.equal(refused(parse({ static: keys(300), events: [keys(300)] })), 'taken', 'the same keys count once');
  assert.equal(refused(parse({ static: keys(500), events: [{ other: 'v' }] })), 'events_too_deep /events/0');
});

test('the lists of an event can have 10,000 elements, and the events of a request 80,000 values', () => {
  const ones = (count: number) => Array(count).fill('');
  const wide = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));
  assert.equal(refused(parse({ events: [{ a: ones(6_000), b: [ones(3_999)] }] })), 'taken');
  assert.equal(refused(parse({ events: [{ a: ones(6_000), b: [ones(4_000)] }] })), 'events_too_deep /events/0');
  assert.equal(refused(parse({ events: [{ a: 'b' }, { a: ones(10_001) }] })), 'events_too_deep /events/1');
  assert.equal(refused(parse({ static: { a: ones(10_000) }, events: [{ b: ones(1) }] })), 'events_too_deep /events/0');
  assert.equal(refused(parse({ static: { a: ones(10_000) }, events: [{ a: ones(10_000) }] })), 'taken');
  assert.equal(refused(parse({ static: { a: ones(10_001) }, events: [{ a: 'b' }] })), 'events_too_deep /static');
  assert.equal(refused(parse({ events: Array(177).fill(wide(450)) })), 'taken');
  assert.equal(refused(parse({ events: Array(180).fill(wide(450)) })), 'events_too_deep null');
  assert.equal(refused(parse({ events: [{ a: 'b' }], else: Array(60_000).fill([]) })), 'events_too_deep null');
});

test('static values that are too deep are refused whatever they hold', () => {
  const deep = (inner: unknown) => Array.from({ length: 40 }).reduce<unknown>((value) => ({ d: value }), inner);
  for (const inner of [null, 1, [null]])
    assert.equal(refused(parse({ static: { a: deep(inner) }, events: [{ a: 'b' }] })), 'events_too_deep /static');
});

test("static values can't blow up a small request", () => {
  const events = Array(1_000).fill({ a: 'b' });
  assert.equal(refused(parse({ static: { x: 'y'.repeat(4_000) }, events })), 'taken');
  assert.equal(refused(parse({ static: { x: 'y'.repeat(4_200) }, events })), 'too_large /static');
  assert.equal(refused(parse({ static: { x: Array(78).fill(1) }, events })), 'taken');
  assert.equal(refused(parse({ static: { x: Array(79).fill(1) }, events })), 'too_large /static');
  const texts = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));
  assert.equal(refused(parse({ static: texts(79), events })), 'taken');
  assert.equal(refused(parse({ static: { ...texts(77), o: texts(2) }, events })), 'too_large /static');
  assert.equal(refused(parse({ static: { x: 'y'.repeat(900_000) }, events: [{ a: 'b' }] })), 'taken');
});

test('names of built-in properties are data and touch no prototype', () => {
  const text =
    '{"__proto__":{"polluted":1,"none":null},"constructor":{"prototype":{"polluted":2}},"hasOwnProperty":true}';
  const expected = json(
    '{"__proto__":{"polluted":"1"},"constructor":{"prototype":{"polluted":"2"}},"hasOwnProperty":"true"}',
  );
  for (const body of [
    `{"events":[${text}]}`,
    `{"static":${text},"events":[{"hasOwnProperty":true}]}`,
    `{"events":[${text.replace('{', '{"x":null,"e":"\\ud800",')}]}`,
  ]) {
    const data: Record<string, unknown> = first(parse(body)).data;
    delete data['e'];
    assert.equal(JSON.stringify(data), JSON.stringify(expected));
    assert.equal(Object.getPrototypeOf(data), Object.prototype);
    assert.equal('polluted' in {}, false);
  }
  assert.equal(first(parseDcsGif('__proto__=x&constructor=y', reception)).data['constructor'], 'y');
  assert.deepEqual(Object.keys(first(parseDcsGif('__proto__=x', reception)).data), ['__proto__']);
});

test('bytes must be UTF-8; a byte order mark is tolerated, a lone surrogate is replaced', () => {
  const invalid = Buffer.from('{"events":[{"a":"\xff"}]}', 'latin1');
  assert.equal(refused(parseInfinity(invalid, reception)), 'malformed_json null');
  const body = '{"events":[{"a":"é😀"}]}';
  for (const one of [body, `\ufeff${body}`]) assert.deepEqual(first(parse(one)).data, { a: 'é😀' });
  assert.deepEqual(first(parse('{"events":[{"\\ud83d":["\\uD800x",{"a":"\\ud83d\\ude00"}]}]}')).data, {
    '\ufffd': ['\ufffdx', { a: '😀' }],
  });
  assert.deepEqual(first(parse('{"events":[{"a":"\ud800"}]}')).data, { a: '\ufffd' });
});

test('of a key given twice the last counts, and other members of the body are ignored', () => {
  assert.deepEqual(first(parse('{"v":1,"events":[],"events":[{"a":"1","a":"2"}]}')).data, { a: '2' });
});

test('an event keeps its text of the request where serialising it would give the same text', () => {
  const kept = (body: string) => taken(parse(body)).map(({ sent }) => sent?.json ?? null);
  assert.deepEqual(kept('{"events":[{"a":"b"},{"é😀":"","},{":"]}"}]}'), ['{"a":"b"}', '{"é😀":"","},{":"]}"}']);
  for (const body of [
    '{"events":[{"a": "b"}]}',
    '{"events":[{"a":"b"}]}\n',
    '{"events":[{"a":"b","a":"c"}]}',
    '{"events":[{"a":"\\u0062"}]}',
    '{"events":[{"a":"b"}],"v":"1"}',
    '{"events":[{"a":"b"}],"static":{}}',
    '{"events":[{"a":"b"}],"events":[{"a":"b"}]}',
    '{"events":[{"a":1}]}',
    '{"events":[{"a":"b"},{"a":null,"b":"c"}]}',
    '{"events":[{"a":{"b":"c"}}]}',
    '{"events":[{"a":["b"]}]}',
    // As long as the shortest text of the two events with the static values in each.
    '{"events":[{"x":"1"},{"y":"2"}],"static":{"a":"bbbb"}}',
  ])
    assert.ok(
      kept(body).every((text) => text === null),
      body,
    );
});

test('the text of an event in ASCII is exactly that of serialising its data, unless a name is a whole number', () => {
  const exact = (body: string) =>
    taken(parseInfinity(Buffer.from(body), reception)).map(({ sent }) => sent?.isExact === true && sent.json);
  assert.deepEqual(exact('{"events":[{"a":"b"},{"b":"c","1a":"d"}]}'), ['{"a":"b"}', '{"b":"c","1a":"d"}']);
  assert.deepEqual(exact('{"events":[{"b":"c","7":"d"},{"a":"b"}]}'), [false, '{"a":"b"}']);
  assert.deepEqual(exact('{"events":[{"a":"é"},{"a":"b"}]}'), [false, false]);
});

test("the kept text of an event has the event's data, whatever the body is like", () => {
  const often = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 25, arbitrary: usual }, { weight: 1, arbitrary: other });
  const space = often(fc.constant(''), fc.constantFrom(' ', '\n'));
  const quoted = often(
    fc.oneof(
      fc.constantFrom('"1"', '"__proto__"', '"},{"', '"\u2028"', '"😀"', '""'),
      fc.nat().map((n) => `"${n}é"`),
    ),
    fc.constantFrom('"\\u0061"', '"a\\nb"', '"\\/"'),
  );
  const value = often(quoted, fc.constantFrom('1.50', 'null', '[]', '{"a":"b"}'));
  const member = fc.tuple(quoted, space, value).map(([key, gap, one]) => `${key}:${gap}${one}`);
  const event = fc.array(member, { minLength: 1, maxLength: 4 }).map((members) => `{${members.join(',')}}`);
  const more = often(
    fc.constant(''),
    fc.oneof(
      fc.constantFrom(',"static":null', ',"x":[{}]', ',"events":[{"a":"b"}]'),
      event.map((shared) => `,"static":${shared}`),
    ),
  );
  /**
   * Padded with spaces to the length that it would have with the static values in each event, unless it is longer
   * already.
   */
  const padded = (text: string) => {
    const result = parse(text);
    const length = result.ok ? JSON.stringify({ events: result.events.map(({ data }) => data) }).length : 0;
    return text + ' '.repeat(Math.max(0, length - text.length));
  };
  const body = fc
    .tuple(fc.array(event, { minLength: 1, maxLength: 3 }), more)
    .map(([events, rest]) => padded(`{"events":[${events.join(',')}]${rest}}`));
  let [count, all] = [0, 0];
  fc.assert(
    fc.property(body, (text) => {
      const result = parseInfinity(Buffer.from(text), reception);
      if (!result.ok) return;
      for (const { sent, data } of result.events) {
        all += 1;
        if (sent === undefined) continue;
        count += 1;
        assert.equal(sent.data, data);
        assert.deepEqual(JSON.parse(sent.json), data);
        // Integer keys come first in an object; everything else is in the order of JSON.stringify.
        assert.equal([...sent.json].sort().join(''), [...JSON.stringify(data)].sort().join(''));
        if (sent.isExact) assert.equal(sent.json, JSON.stringify(data));
      }
    }),
    { seed: 5, numRuns: 3_000 },
  );
  assert.ok(count > 1_000 && count < all - 1_000, `${count} of ${all}`);
});

test('a pixel is one event', () => {
  const event = first(
    parseDcsGif(
      '?wt.ev=%24View&wt.ti=Gr%C3%BCne+Schuhe&wt.co_f=f1&wt.ets=1700000000&wt.dl=0&bad=%ff%&=x&a=1&a=2',
      reception,
    ),
  );
  assert.deepEqual(event.data, {
    'wt.ev': '$View',
    'wt.ti': 'Grüne Schuhe',
    'wt.co_f': 'f1',
    'wt.ets': '1700000000',
    'wt.dl': '0',
    bad: '\ufffd%',
    a: '2',
  });
  assert.deepEqual([event.name, event.visitorId, event.occurredAt], ['$View', 'f1', '2023-11-14T22:13:20.000Z']);
  for (const query of ['', '?', '=x', '&&'])
    assert.equal(refused(parseDcsGif(query, reception)), 'invalid_events /events/0');
  const wide = Array.from({ length: 501 }, (_, i) => `k${i}=v`).join('&');
  assert.equal(refused(parseDcsGif(wide, reception)), 'events_too_deep /events/0');
});

test('any JSON results in events that fit the contract or a refusal, never an exception', () => {
  const event = fc.dictionary(
    fc.oneof(fc.constantFrom('wt.ets', 'wt.ev', 'dcsdat', '__proto__'), fc.string({ unit: 'binary' })),
    fc.jsonValue({ stringUnit: 'binary' }),
  );
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({ static: fc.oneof(event, fc.jsonValue()), events: fc.array(event) }, { requiredKeys: ['events'] }),
  );
  fc.assert(
    fc.property(body, (value) => {
      const result = parse(JSON.stringify(value));
      if (!result.ok) return;
      for (const one of result.events) {
        incomingEvent.parse(one);
        assert.ok(JSON.stringify(one.data).isWellFormed());
        assert.equal(new Date(one.occurredAt).toISOString(), one.occurredAt);
      }
    }),
    { seed: 3, numRuns: 1_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(refused(parseInfinity(Buffer.from(bytes), reception)) === 'taken', false);
    }),
    { seed: 4, numRuns: 300 },
  );
});
