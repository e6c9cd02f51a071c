import fc from 'fast-check';
import type { Comparison, Condition } from '../contract/documents/condition.ts';
import { operators } from '../contract/documents/operators.ts';
import type { DataValue, Event } from '../contract/records/event.ts';

/** An event with this data and defaults for the rest. */
export function eventWith(data: Event['data'], rest: Partial<Event> = {}): Event {
  return {
    id: 'evt_1',
    name: null,
    visitorId: null,
    anonymousId: null,
    sessionId: null,
    occurredAt: '2026-01-01T00:00:00.000Z',
    receivedAt: '2026-01-01T00:00:00.000Z',
    data,
    ext: {},
    session: {},
    source: { collectorId: 'col_1', format: 'infinity' },
    ...rest,
  };
}

// Few names and texts, so that generated conditions and events match; each text is a special case.
const names = ['wt.ev', 'data.wt.ev', 'wt', 'p', 'p.q', 'p.0', 'name', 'ext.geo', '__proto__', 'constructor', 'length'];
const texts = [
  '',
  'a',
  'A',
  'b',
  'a;b',
  ';',
  'é',
  'e\u0301',
  'É',
  '\u037e',
  'İ',
  '😀',
  '1',
  '1.0',
  '01',
  '2',
  '2026-01-01T00:00:00Z',
];

const name = fc.constantFrom(...names);
const text = fc.constantFrom(...texts);

const value: fc.Arbitrary<DataValue> = fc.letrec<{ value: DataValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('ev', 'q', '0', '__proto__', 'geo'), tie('value'), { maxKeys: 2 }),
  ),
})).value;

/** Events whose data has dotted keys, nesting, lists, multi-values and names of built-in properties. */
export const events: fc.Arbitrary<Event> = fc
  .record({
    data: fc.dictionary(name, value, { maxKeys: 5 }),
    name: fc.option(text),
    ext: fc.dictionary(fc.constant('geo'), fc.oneof(value, fc.constantFrom(1, 2, true, null)), { maxKeys: 1 }),
  })
  .map(({ data, ...rest }) => eventWith(data, rest));

const comparison: fc.Arbitrary<Comparison> = fc
  .record({
    parameter: name,
    operator: fc.constantFrom(...operators, 'equals', 'in'),
    a: text,
    b: text,
    ignoreCase: fc.boolean(),
  })
  .map(({ parameter, operator, a, b, ignoreCase }): Comparison => {
    switch (operator) {
      case 'exists':
      case 'notExists':
        return { parameter, operator };
      case 'in':
      case 'notIn':
        return { parameter, operator, value: [a, b], ignoreCase };
      case 'between':
        return { parameter, operator, value: [a, b] };
      default:
        return { parameter, operator, value: a, ignoreCase };
    }
  });

/** Conditions of every operator and shape over the same names and texts; behaviors are `beh_0` to `beh_2`. */
export const conditions: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: comparison },
    { weight: 3, arbitrary: fc.array(tie('node'), { maxLength: 3 }).map((all) => ({ all })) },
    { weight: 2, arbitrary: fc.array(tie('node'), { maxLength: 3 }).map((any) => ({ any })) },
    { weight: 2, arbitrary: tie('node').map((not) => ({ not })) },
    { weight: 1, arbitrary: fc.constantFrom('beh_0', 'beh_1', 'beh_2').map((behavior) => ({ behavior })) },
  ),
})).node;

/** Three behaviors, which contain comparisons alone. */
export const behaviorMaps = fc
  .tuple(comparison, comparison, comparison)
  .map((bodies) => new Map(bodies.map((condition, i) => [`beh_${i}`, { name: `Behavior ${i}`, condition }])));
