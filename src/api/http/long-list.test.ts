import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../contract/errors.ts';
import { readJson } from './json-body.ts';
import { longBodies, readLongList } from './long-list.ts';

const list = { name: 'list', itemsMax: 1_000, bytesMax: 64 * 1_048_576 };
const read = (text: string) => readLongList(Buffer.from(text), list);

/** The value, or the code of the error. */
async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error.code;
  }
}

test('a body with a long list reads as it does in one piece', async () => {
  const texts = [
    '{"list":[]}',
    '\ufeff{ "a" : {"list":[1]}, "list" : [ {"x":"]},[\\""} , [1,[2]] , "s" ,null ] , "b":[1] }',
    '{"list":[1,2,]}',
    '{"list":[,]}',
    '{"list":[1 2]}',
    '{"list":[{]}',
    '{"list":[}',
    '{"list":[1]',
    '{"list":[1]}}',
    '{"list":[1],"list":[2]}',
    '{"list":[{"a":1,"a":2}]}',
    '{"list":"x"}',
    '{"list":{"list":[1]}}',
    '{"a":"list","b":[1]}',
    '{"a":"list" [1]}',
    '[{"list":[1]}]',
    '{"list":["\\ud800"]}',
    '{"list":[\ufeff1]}',
    'list',
    '',
  ];
  for (const text of texts)
    assert.deepEqual(await outcome(() => read(text)), await outcome(() => readJson(Buffer.from(text))), text);
});

test('any JSON object with a long list reads as it does in one piece', async () => {
  const body = fc.record({ a: fc.jsonValue(), list: fc.array(fc.jsonValue()), b: fc.jsonValue() });
  await fc.assert(
    fc.asyncProperty(body, fc.boolean(), async (value, isWide) => {
      const text = isWide ? JSON.stringify(value, null, 2) : JSON.stringify(value);
      assert.deepEqual(await outcome(() => read(text)), await outcome(() => readJson(Buffer.from(text))));
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('problems of an item point into the body', async () => {
  await assert.rejects(read('{"list":[1,{"a":["\\u0000"]}]}'), (error: AppError) => {
    assert.equal(error.errors?.[0]?.pointer, '/list/1/a/0');
    return true;
  });
});

test('of bodies over 1 MiB one is served at a time, and others beside it', async () => {
  const begin = longBodies();
  const large = Buffer.from(`{"list":[${`"${'x'.repeat(1_000)}",`.repeat(999)}"${'y'.repeat(60_000)}"]}`);
  assert.ok(large.length > 1_048_576);
  const first = await begin(large, list);
  assert.equal(await outcome(() => begin(large, list)), 'unavailable');
  (await begin(Buffer.from('{"list":[]}'), list))[Symbol.dispose]();
  assert.equal(await outcome(() => begin(large, list)), 'unavailable');
  first[Symbol.dispose]();
  assert.equal(await outcome(() => begin(Buffer.concat([large, large]), list)), 'too_large');
  (await begin(large, list))[Symbol.dispose]();
});
