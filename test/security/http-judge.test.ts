import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './http/exchange.ts';
import { answerFaults, heardFaults } from './http/judge.ts';

const polite = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox', 'x-request-id': 'r' };
const problem = {
  type: '/docs/errors#not_found',
  title: 'Not found',
  status: 404,
  detail: 'No resource has this URL.',
  instance: '',
  code: 'not_found',
  requestId: 'r',
};

function answer(status: number, headers: Record<string, string>, body: string): Answer {
  return { status, headers: Object.entries(headers), body: Buffer.from(body) };
}

function told(status: number, more: Record<string, unknown> = {}, headers: Record<string, string> = {}): Answer {
  const type = { 'content-type': 'application/problem+json' };
  return answer(status, { ...polite, ...type, ...headers }, JSON.stringify({ ...problem, ...more }));
}

const busy = { status: 503, code: 'unavailable' };
const right = [told(404), answer(200, polite, '{}'), told(503, busy, { 'retry-after': '1' })];

const wrong: [fault: RegExp, answer: Answer][] = [
  [/failed with 500/, told(500, { status: 500, code: 'internal' })],
  [/failed with 503/, told(503, busy)],
  [/no content-security-policy/, answer(200, { ...polite, 'content-security-policy': '' }, '')],
  [/no x-request-id/, answer(200, { 'x-content-type-options': 'nosniff', 'content-security-policy': 'x' }, '')],
  [/404 as text\/html/, answer(404, { ...polite, 'content-type': 'text/html' }, 'no')],
  [/no JSON/, answer(404, { ...polite, 'content-type': 'application/problem+json' }, '{')],
  [/another status/, told(404, { status: 400 })],
  [/code conflict for 404/, told(404, { code: 'conflict' })],
  [/code nonsense for 404/, told(404, { code: 'nonsense' })],
  [/without detail/, told(404, { detail: undefined })],
  [/injected/, told(404, {}, { 'x-injected': 'yes' })],
  [/location reflects/, told(404, {}, { location: '/<script>' })],
  [/script was reflected/, answer(200, { ...polite, 'content-type': 'text/html' }, '<script>alert(1)</script>')],
  [/leaks/, told(404, { detail: 'Error\n    at run (file:///x.js:1:2)' })],
  [/leaks/, told(404, { detail: 'node:internal/errors' })],
  [/leaks/, told(404, { detail: 'no such file /tmp/data/millrace.db' })],
  [/leaks/, told(404, { detail: 'SELECT id FROM event' })],
  [/leaks/, told(404, { detail: 'TypeError: x is not a function' })],
  [/405 without Allow/, told(405, { status: 405, code: 'method_not_allowed' })],
  [/401 without/, told(401, { status: 401, code: 'unauthorized' })],
];

test('the judge of responses accepts correct ones and detects each single fault', () => {
  for (const one of right) assert.deepEqual(answerFaults(one), []);
  for (const [fault, one] of wrong) assert.match(answerFaults(one).join('; '), fault);
});

test('the judge of a conversation detects extra responses, bytes after the last one, and slowness', () => {
  const good = { answers: [told(404)], rest: Buffer.alloc(0), isClosed: true, ms: 5 };
  assert.deepEqual(heardFaults(good, 1), []);
  assert.match(heardFaults({ ...good, answers: [told(404), told(404)] }, 1).join(), /2 answers/);
  assert.match(heardFaults({ ...good, rest: Buffer.from('x') }, 1).join(), /bytes behind/);
  assert.match(heardFaults({ ...good, ms: 60_000 }, 1).join(), /took 60000 ms/);
});
