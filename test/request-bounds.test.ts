import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { routes } from '../src/contract/routes.ts';
import { type Schema, unbounded } from './support/unbounded-schema.ts';

/** What has no bound in its schema, by the end of its place, and what bounds it. */
const boundedElsewhere: [place: RegExp, why: string][] = [
  [/\/updatedAt$/, 'the note of when a secret was set comes back from a reader and is not stored'],
  [/\/(?:connection|destination|action|event)Id$/, 'an id that nothing has is refused'],
  [/\/behavior$/, 'an id that nothing has is refused'],
  [/\/(?:all|any)$/, 'a condition has at most 200 comparisons in 10 levels (rules/compile.ts)'],
  [/\/formats$/, 'the list of the formats that there are'],
  [/\/sources$/, 'nothing is allowed in it'],
  [/\/verbose$/, 'only its presence counts; a request line has 16 KiB'],
  [/\/claims$|\/extra(?:Params|Headers)$|\/equals$/, 'part of a document, which came in one request of 1 MiB'],
  [
    /^\/(?:draft|meta)$|^$/,
    'JSON that is checked as a document, or a sample: 1 MiB, 64 levels (api/http/json-body.ts)',
  ],
  [/^\/event\/(?:data|ext|session)$|^\/(?:data|events)\/\*$/, 'a sample: 1 MiB, 64 levels (api/http/json-body.ts)'],
  [/^\/documents\/\*(?:\/kind)?$/, 'a document is checked by the schema of its kind'],
  [/\/\{\}$/, 'a member of JSON that is bounded as a whole'],
];

test('every text, list and map in a request has a bound in its schema, or is listed with what bounds it', () => {
  const found = new Set<string>();
  for (const { body, query } of routes)
    for (const schema of [body, query]) {
      if (schema === null || schema === undefined) continue;
      const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema; // an object, for zod types
      for (const place of unbounded(json)) found.add(place);
    }
  const unlisted = [...found].filter((place) => !boundedElsewhere.some(([known]) => known.test(place)));
  assert.deepEqual(unlisted, []);
  for (const [known] of boundedElsewhere)
    assert.ok(
      [...found].some((place) => known.test(place)),
      String(known),
    );
});

test('a text without a bound is found, wherever it is', () => {
  const bounded = z.string().max(9);
  const schemas: [z.ZodType, string[]][] = [
    [z.strictObject({ a: z.string(), b: bounded }), ['/a']],
    [z.array(z.strictObject({ a: z.array(bounded).max(2) })), ['']],
    [z.union([bounded, z.strictObject({ a: z.record(bounded, z.string()) })]), ['/a', '/a/{}']],
    [z.enum(['a', 'b']).optional(), []],
  ];
  for (const [schema, places] of schemas) {
    const json = z.toJSONSchema(schema, { io: 'input' }) as Schema; // an object, for zod types
    assert.deepEqual([...unbounded(json)], places);
  }
});
