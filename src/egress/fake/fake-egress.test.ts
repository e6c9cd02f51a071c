import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  kindOf,
  requestTo,
  responseOf,
  type SeenRequest,
  type ServedResponse,
  testEgress,
} from '../egress.conformance.ts';
import { fakeEgress } from './fake-egress.testing.ts';

testEgress('fake', async () => {
  const seen: SeenRequest[] = [];
  let next: (request: SeenRequest) => ServedResponse = () => ({ status: 200 });
  const egress = fakeEgress({
    allow: '127.0.0.1:9000',
    handler: (_request, index) => {
      const request = egress.requests[index];
      assert.ok(request);
      const { pathname, search } = new URL(request.url);
      const got = {
        method: request.method,
        path: pathname + search,
        headers: request.headers.map(([name, value]) => [name.toLowerCase(), value] as const),
        body:
          typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body ?? new Uint8Array(0)),
      };
      seen.push(got);
      return next(got);
    },
  });
  return {
    egress,
    origin: 'http://127.0.0.1:9000',
    seen,
    respond(handler) {
      next = handler;
    },
    [Symbol.asyncDispose]: () => egress[Symbol.asyncDispose](),
  };
});

test('the outcome reports a scripted error and the time that the script took', async () => {
  let now = 1_000;
  const egress = fakeEgress({
    now: () => now,
    handler: (_request, index) => {
      now += 250;
      return index === 0 ? { error: { kind: 'timeout', message: 'slow' }, timings: { connectMs: 3 } } : { status: 204 };
    },
  });
  const first = await egress.send(requestTo('http://10.0.0.1/'));
  assert.equal(kindOf(first), 'timeout');
  assert.deepEqual([first.timings.totalMs, first.timings.connectMs], [250, 3]);
  assert.equal(responseOf(await egress.send(requestTo('http://10.0.0.1/'))).status, 204);
});
