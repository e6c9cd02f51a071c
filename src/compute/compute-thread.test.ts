import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../contract/documents/condition.ts';
import { AppError } from '../contract/errors.ts';
import type { Event } from '../contract/records/event.ts';
import type { ProgramInput } from '../template/compile/program.ts';
import { computeThread } from './compute-thread.ts';
import { inlineCompute } from './inline.ts';

const input = (template: string): ProgramInput => ({
  template,
  escape: 'auto',
  contentType: 'application/json',
  path: '',
  headers: [],
  mapping: null,
});
/** Takes half a second or more to compile. */
const heavy = input('{{ [it.data[0].b, 1].join() }}'.repeat(2_500));
const is = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

const at = '2026-01-01T00:00:00.000Z';
const event = (data: Event['data']): Event => ({
  ...{ id: 'evt_1', name: null, visitorId: null, anonymousId: null, sessionId: null, occurredAt: at, receivedAt: at },
  ...{ data, ext: {}, session: {}, source: { collectorId: 'col_1', format: 'infinity' } },
});

test('a thread computes the same results as the calling thread', async () => {
  await using thread = computeThread();
  const inline = inlineCompute();
  const rules: Condition = { any: [{ behavior: 'beh_1' }, { parameter: 'a', operator: 'matches', value: 'x*' }] };
  const bad: Condition = { parameter: 'a', operator: 'regex', value: '(' };
  const behaviors = [['beh_1', { name: 'B', condition: { parameter: 'b', operator: 'exists' } }]] as const;
  const given = { conditions: [rules, bad], behaviors };
  const events = [event({ a: 'xy' }), event({ b: '1' }), event({ a: 'y' })];
  for (const compute of [thread, inline]) {
    assert.deepEqual(await compute.matches({ ...given, events }), [
      [true, false],
      [true, false],
      [false, false],
    ]);
    assert.deepEqual(
      (await compute.conditionProblems(given)).map(({ length }) => length),
      [0, 1],
    );
  }
  const [one] = events;
  assert.ok(one);
  assert.deepEqual(await thread.explain({ ...given, event: one }), await inline.explain({ ...given, event: one }));
  const inputs = [input('{{ it.data[0].a }}'), input('{{ nothing }}')];
  assert.deepEqual(await thread.compose(inputs), await inline.compose(inputs));
  const template = { template: '{{ nothing }}', contentType: 'text/plain' };
  assert.deepEqual(await thread.checkTemplate(template), await inline.checkTemplate(template));
});

test('equal programs have the same key, and different ones have different keys', async () => {
  const composed = await inlineCompute().compose([input('a'), input('a'), input('b')]);
  const [a, same, b] = composed.map((one) => (one.ok ? one.program.key : ''));
  assert.equal(a, same);
  assert.notEqual(a, b);
  assert.match(a ?? '', /^[0-9a-f]{64}$/);
});

test('a call that takes too long is refused, and the next one is run by another thread', async () => {
  await using thread = computeThread({ timeoutMs: 50 });
  await assert.rejects(thread.compose([heavy, heavy, heavy, heavy]), is('too_complex'));
  // On a busy machine any call may take longer than the limit of this test.
  await using patient = computeThread();
  assert.equal((await patient.compose([input('a')]))[0]?.ok, true);
});

test('a call that uses up the memory of its thread is refused, and the server continues', async () => {
  await using thread = computeThread({ timeoutMs: 60_000, heapMiB: 24 });
  const template = '{{@each(it.data)=>x}}{{ x }}{{/each}}'.repeat(1_000);
  const many = Array.from({ length: 500 }, (_, n) => input(`${template}${n}`));
  await assert.rejects(thread.compose(many), is('too_complex'));
  assert.equal((await thread.compose([input('a')]))[0]?.ok, true);
});

test('waiting calls are bounded in number and size; accepted calls complete', async () => {
  await using thread = computeThread({ waitingMax: { calls: 2, characters: 1_000 } });
  const running = [thread.compose([input('a')]), thread.compose([input('b')])];
  await assert.rejects(thread.compose([input('x'.repeat(2_000))]), is('unavailable'));
  running.push(thread.compose([input('c')]));
  await assert.rejects(thread.compose([input('d')]), is('unavailable'));
  assert.equal((await Promise.all(running)).length, 3);
});

test('an idle thread ends, and closing rejects unfinished calls', async () => {
  const thread = computeThread({ idleMs: 1 });
  await thread.compose([input('a')]);
  assert.equal((await thread.compose([input('b')]))[0]?.ok, true);
  const left = assert.rejects(thread.compose([heavy]), is('unavailable'));
  await thread[Symbol.asyncDispose]();
  await left;
  await assert.rejects(thread.compose([input('c')]), is('unavailable'));
});
