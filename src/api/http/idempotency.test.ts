import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idempotency } from './idempotency.ts';

const body = Buffer.from('{}');
const answer = (text: string) => ({ status: 201, headers: {}, body: text });

/** Runs a request to its end; returns whether it ran or was repeated. */
function run(
  begin: ReturnType<typeof idempotency>['begin'],
  principal: string,
  place: string,
  text = 'x',
): 'run' | 'repeated' {
  const begun = begin({ principal, place, body });
  if ('status' in begun) return 'repeated';
  begun.keep(answer(text));
  return 'run';
}

test('a key belongs to one principal and path, and a released request can be retried', () => {
  const { begin } = idempotency(() => 0);
  assert.equal(run(begin, 'a', '/x'), 'run');
  assert.equal(run(begin, 'a', '/x'), 'repeated');
  assert.equal(run(begin, 'b', '/x'), 'run');
  assert.equal(run(begin, 'a', '/y'), 'run');
  assert.throws(() => begin({ principal: 'a', place: '/x', body: Buffer.from('[]') }), {
    code: 'idempotency_key_reused',
  });
  const failed = begin({ principal: 'a', place: '/z', body });
  assert.throws(() => begin({ principal: 'a', place: '/z', body }), { code: 'request_in_progress' });
  assert.ok(!('status' in failed));
  failed.release();
  assert.equal(run(begin, 'a', '/z'), 'run');
});

test('memory is bounded, and a principal that fills it loses only its own responses', () => {
  const { begin } = idempotency(() => 0, 100_000);
  run(begin, 'modest', '/x', 'm'.repeat(1_000));
  for (let n = 0; n < 1_000; n++) run(begin, 'greedy', `/${n}`, 'g'.repeat(1_000));
  assert.equal(run(begin, 'modest', '/x'), 'repeated');
  assert.equal(run(begin, 'greedy', '/999'), 'repeated');
  assert.equal(run(begin, 'greedy', '/0'), 'run');
});

test('a response that finishes after its key has been reused is not kept', () => {
  let now = 0;
  const { begin } = idempotency(() => now);
  const late = begin({ principal: 'a', place: '/x', body });
  now = 600_001;
  const second = begin({ principal: 'a', place: '/x', body });
  assert.ok(!('status' in late) && !('status' in second));
  late.keep(answer('late'));
  assert.throws(() => begin({ principal: 'a', place: '/x', body }), { code: 'request_in_progress' });
  second.keep(answer('second'));
  const third = begin({ principal: 'a', place: '/x', body });
  assert.ok('status' in third && third.body === 'second');
});

test('responses that contain an erased text are removed', () => {
  const { begin, erase } = idempotency(() => 0);
  const ask = (place: string) => begin({ principal: 'p', place, body: Buffer.from('{}') });
  for (const body of ['{"visitor":"ann \\"x\\""}', '{"visitor":"bob"}']) {
    const begun = ask(body);
    assert.ok('keep' in begun);
    begun.keep({ status: 200, headers: {}, body });
  }
  erase('ann "x"');
  assert.ok('keep' in ask('{"visitor":"ann \\"x\\""}'));
  assert.ok('status' in ask('{"visitor":"bob"}'));
});
