import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventWith } from './arbitrary.testing.ts';
import { maskExample } from './mask.ts';
import { guessType, mergeLearnt, parameterLearner } from './parameter-learner.ts';

const limits = { namesMax: 100, examplesMax: 5 };
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

test('names, types, shares, times and examples are learnt', () => {
  const learner = parameterLearner(limits);
  for (let i = 0; i < 10; i++) {
    const data = {
      'wt.ev': i % 2 ? 'view' : 'click',
      n: `${i}.5`,
      when: at(i),
      yes: 'true',
      list: ['a'],
      o: { deep: { x: 'y' } },
    };
    learner.observe(
      eventWith(i < 5 ? { ...data, half: 'h' } : data, { receivedAt: at(i), ext: { geo: { lat: 51.5, none: null } } }),
    );
  }
  const learnt = learner.drain();
  assert.equal(learnt.events, 10);
  const byName = new Map(learnt.parameters.map((one) => [one.name, one]));
  const guesses = Object.fromEntries([...byName].map(([name, one]) => [name, guessType(one)]));
  assert.deepEqual(guesses, {
    'wt.ev': 'text',
    n: 'number',
    when: 'time',
    yes: 'boolean',
    list: 'list',
    o: 'object',
    'o.deep': 'object',
    'o.deep.x': 'text',
    half: 'text',
    'ext.geo': 'object',
    'ext.geo.lat': 'number',
  });
  assert.deepEqual(byName.get('half'), {
    name: 'half',
    seen: 5,
    types: { text: 5 },
    firstSeenAt: at(0),
    lastSeenAt: at(4),
    examples: ['h'],
  });
  assert.deepEqual(byName.get('wt.ev')?.examples, ['click', 'view']);
  assert.equal(learnt.events, 10);
  assert.equal(byName.get('n')?.examples.length, 5);
});

test('a parameter of mixed values is text', () => {
  assert.equal(guessType({ types: { number: 50, text: 50 } }), 'text');
  assert.equal(guessType({ types: { number: 99, text: 1 } }), 'number');
  assert.equal(guessType({ types: {} }), 'text');
});

test('examples contain no e-mail addresses, long digit runs or tokens', () => {
  const cases: [string, string][] = [
    ['green shoes', 'green shoes'],
    ['write to ann.lee+x@mail.example.com!', 'write to [e-mail]'],
    ['https://shop.example/?mail=ann%40example.com&x=1', 'https://shop.example/?mail=[e-mail]&x=1'],
    ['4111 1111 1111 1111', '[digits]'],
    ['+44 (0)20 7946-0958', '[digits]'],
    ['1760000000123', '[digits]'],
    ['123456', '123456'],
    ['19.99', '19.99'],
    ['2026-01-31', '2026-01-31'],
    ['2026-01-31T10:00:00.000Z', '2026-01-31T10:00:00.000Z'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc', '[token].[token].abc'],
    ['2a7c1e9f-30dd-4b5e-9c49-0d9a7e1b2c3d', '[token]'],
    ['/products/green-shoes-for-summer', '/products/green-shoes-for-summer'],
    ['x'.repeat(200), `${'x'.repeat(80)}…`],
    [`${'x y '.repeat(18)}ann@example.com and more`, `${'x y '.repeat(18)}[e-mail]…`],
  ];
  for (const [text, masked] of cases) assert.equal(maskExample(text), masked);
  const learner = parameterLearner(limits);
  learner.observe(eventWith({ 'user.password': 'hunter2', email: 'a', accessToken: 't' }));
  assert.deepEqual(
    learner.drain().parameters.flatMap((one) => one.examples),
    [],
  );
});

test("hostile names can't make it grow, nor replace names that are in use", () => {
  const learner = parameterLearner({ ...limits, eventsPerSecondMax: 1_000_000 });
  for (let i = 0; i < 5; i++) learner.observe(eventWith({ useful: 'x', ['__proto__']: 'x' }));
  for (let i = 0; i < 2_000; i++) {
    learner.observe(eventWith({ useful: 'x', [`n${i}`]: 'x', [`${'long'.repeat(100)}${i}`]: 'x' }));
  }
  learner.observe(eventWith({ late: 'x' }));
  const { parameters } = learner.drain();
  assert.equal(parameters.length, 100);
  assert.equal(parameters.find((one) => one.name === 'useful')?.seen, 2_005);
  assert.ok(
    parameters.some((one) => one.name === 'late'),
    'there is still room for a new name',
  );
});

test('a full learner replaces a name that was not seen for a week', () => {
  const learner = parameterLearner({ namesMax: 2, examplesMax: 5 });
  for (let i = 0; i < 3; i++) learner.observe(eventWith({ old: 'x', kept: 'x' }, { receivedAt: at(i) }));
  const later = '2026-02-01T00:00:00.000Z';
  learner.observe(eventWith({ kept: 'x', fresh: 'x' }, { receivedAt: later }));
  assert.deepEqual(
    learner
      .drain()
      .parameters.map((one) => one.name)
      .sort(),
    ['fresh', 'kept'],
  );
});

test('a merge of too many names drops those not seen in a week before rare ones', () => {
  const learn = (names: string[], receivedAt: string) => {
    const learner = parameterLearner(limits);
    for (const name of names) learner.observe(eventWith({ [name]: 'x' }, { receivedAt }));
    return learner.drain();
  };
  const stored = learn(['old', 'old', 'old', 'both'], at(0));
  const fresh = learn(['both', 'new'], '2026-02-01T00:00:00.000Z');
  const merged = mergeLearnt(stored, fresh, { namesMax: 2, examplesMax: 5 });
  assert.deepEqual(
    merged.parameters.map((one) => one.name),
    ['both', 'new'],
  );
});

test('above its rate the learner skips events and counts them', () => {
  const learner = parameterLearner({ ...limits, eventsPerSecondMax: 10 });
  for (let i = 0; i < 50; i++) learner.observe(eventWith({ a: 'x' }, { receivedAt: at(0) }));
  for (let i = 0; i < 5; i++) learner.observe(eventWith({ a: 'x' }, { receivedAt: at(1) }));
  const { events, skipped, parameters } = learner.drain();
  assert.deepEqual([events, skipped, parameters[0]?.seen], [15, 40, 15]);
});

test('merged snapshots equal what one learner would have seen, and survive JSON', () => {
  const whole = parameterLearner(limits);
  const part = parameterLearner(limits);
  const feed = (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const event = eventWith({ a: `v${i % 3}`, [`b${i % 2}`]: `${i}` }, { receivedAt: at(i) });
      whole.observe(event);
      part.observe(event);
    }
  };
  feed(0, 10);
  const stored = part.drain();
  assert.deepEqual(part.drain(), { events: 0, skipped: 0, parameters: [] });
  feed(10, 20);
  const merged = mergeLearnt(JSON.parse(JSON.stringify(stored)), part.drain(), limits);
  const sorted = (learnt: typeof merged) => learnt.parameters.toSorted((x, y) => (x.name < y.name ? -1 : 1));
  assert.deepEqual(sorted(merged), sorted(whole.drain()));
  assert.equal(merged.events, 20);
  assert.equal(mergeLearnt(merged, stored, { namesMax: 1, examplesMax: 1 }).parameters[0]?.name, 'a');
});
