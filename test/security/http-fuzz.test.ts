import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFaults, type Seen } from '../../bench/fuzz/answer-faults.ts';
import { fuzzRequests } from '../../bench/fuzz/requests.ts';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { routes } from '../../src/contract/routes.ts';

test('600 generated requests: no 5xx, and every response matches /openapi.json', async () => {
  const { faults, statuses, neverSucceeded } = await fuzzRequests({ count: 600, seed: 20_261_125 });
  assert.deepEqual(faults, []);
  // A mix of accepted and refused requests, so that the test is meaningful.
  assert.ok((statuses['200'] ?? 0) > 80 && (statuses['422'] ?? 0) > 80, JSON.stringify(statuses));
  assert.ok(neverSucceeded.length < routes.length * 0.6, `${neverSucceeded}`);
});

test('the judge of the fuzz detects a response that the description does not have', () => {
  const description = openApi({ version: '0', url: null });
  const route = routes.find((one) => one.id === 'checkTemplate');
  assert.ok(route);
  const headers = {
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'x-request-id': 'r',
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
  };
  const good: Seen = { route, method: 'POST', status: 200, headers, text: '{"ok":true,"problems":[]}' };
  assert.deepEqual(answerFaults(good, description), []);
  const refusedTemplate = (line: string): Partial<Seen> => ({
    status: 422,
    headers: { ...headers, 'content-type': 'application/problem+json; charset=utf-8' },
    text: `{"type":"","title":"","status":422,"detail":"","instance":"","code":"invalid_template","requestId":"",
      "errors":[{"pointer":"/template","detail":"","code":"invalid_template","line":${line},"column":1}]}`,
  });
  assert.deepEqual(answerFaults({ ...good, ...refusedTemplate('1') }, description), []);
  const wrong: [fault: RegExp, change: Partial<Seen>][] = [
    [/failed/, { status: 500 }],
    [/202 is not described/, { status: 202 }],
    [/no cache-control/, { headers: { ...headers, 'cache-control': undefined } }],
    [/text\/html instead/, { headers: { ...headers, 'content-type': 'text/html' } }],
    [/instead of application\/problem/, { status: 404 }],
    [/ok is missing/, { text: '{"problems":[]}' }],
    [/more is not described/, { text: '{"ok":true,"problems":[],"more":1}' }],
    [/problems\/0\/line/, { text: '{"ok":true,"problems":[{"line":"1","column":1,"message":"","severity":"error"}]}' }],
    [/errors\/0\/line/, refusedTemplate('"1"')],
    [/severity/, { text: '{"ok":true,"problems":[{"line":1,"column":1,"message":"","severity":"fatal"}]}' }],
  ];
  for (const [fault, change] of wrong) assert.match(answerFaults({ ...good, ...change }, description).join(), fault);
});
