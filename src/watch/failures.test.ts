import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSample } from '../audit/audit-samples.testing.ts';
import type { FakeAnswer } from '../egress/fake/fake-egress.testing.ts';
import { thresholds } from './thresholds.ts';
import { startWatched } from './watch.testing.ts';

const patient = {
  settings: { retry: { scheduleMs: [0, 1_000, 1_000, 600_000] }, breaker: { minimum: 1_000 } },
};

async function startFailing(first: FakeAnswer, given: Record<string, unknown> = {}, limits = thresholds) {
  let answer: FakeAnswer = first;
  const watched = await startWatched({ handler: () => answer, given, watch: { limits } });
  return Object.assign(watched, {
    answers(next: FakeAnswer) {
      answer = next;
    },
  });
}

test('a failure that ends a delivery is an issue at once: one for each destination, kind and status', async () => {
  await using watched = await startFailing({ status: 400 });
  await watched.send(3);
  assert.deepEqual(watched.issues(), ['open: HTTP 400 from CRM › Orders']);
  watched.answers({ status: 404 });
  await watched.send(1);
  assert.deepEqual(watched.issues(), ['open: HTTP 400 from CRM › Orders', 'open: HTTP 404 from CRM › Orders']);
  const [first] = watched.registry.all();
  assert.deepEqual(
    [first?.count, first?.samples.length, first?.actionIds, first?.severity, first?.errorKind],
    [3, 3, [watched.actionId], 'warning', 'http_4xx'],
  );
  assert.match(first?.likelyFix ?? '', /template or mapping/);
  assert.deepEqual(watched.told(), ['opened: HTTP 400 from CRM › Orders', 'opened: HTTP 404 from CRM › Orders']);
});

test('a retried failure is an issue after three in a row over five seconds, and a success in between restarts the count', async () => {
  await using watched = await startFailing({ status: 500 }, { connection: patient });
  await watched.send(2);
  watched.answers({ status: 200 });
  await watched.send(8);
  assert.deepEqual(watched.issues(), []);
  watched.answers({ status: 500 });
  await watched.send(2);
  assert.deepEqual(watched.issues(), [], 'not long enough');
  await watched.send(4);
  assert.deepEqual(watched.issues(), ['open: HTTP 500 from CRM › Orders']);
});

test('an issue is resolved after ten successful deliveries in a row, twice as many after it reopened, and says so', async () => {
  await using watched = await startFailing({ status: 400 });
  const title = 'HTTP 400 from CRM › Orders';
  await watched.send(1);
  watched.answers({ status: 200 });
  await watched.send(9);
  watched.answers({ status: 400 });
  await watched.send(1);
  watched.answers({ status: 200 });
  await watched.send(9);
  assert.deepEqual(watched.issues(), [`open: ${title}`], 'a failure in between restarts the count');
  await watched.send(2);
  assert.deepEqual(watched.issues(), [`resolved: ${title}`]);
  assert.match([...watched.registry.all()][0]?.resolved?.how ?? '', /^1\d deliveries in a row succeeded\.$/);
  watched.answers({ status: 400 });
  await watched.send(1);
  assert.deepEqual(watched.issues(), [`open: ${title}`], 'the same issue');
  watched.answers({ status: 200 });
  await watched.send(19);
  assert.deepEqual(watched.issues(), [`open: ${title}`]);
  await watched.send(2);
  assert.deepEqual(watched.told(), [
    `opened: ${title}`,
    `resolved: ${title}`,
    `reopened: ${title}`,
    `resolved: ${title}`,
  ]);
});

test('ten failures without a success are critical, and are reported once', async () => {
  await using watched = await startFailing({ status: 400 });
  await watched.send(12);
  assert.deepEqual(watched.told(), ['opened: HTTP 400 from CRM › Orders', 'worsened: HTTP 400 from CRM › Orders']);
});

test('waits that a peer asks for are no failures', async () => {
  await using watched = await startFailing({ status: 429, headers: [['Retry-After', '1']] });
  await watched.send(20);
  assert.deepEqual(watched.issues(), []);
});

test('failures in too many ways are folded into one issue', async () => {
  let n = 0;
  await using watched = await startWatched({ handler: () => ({ status: 430 + n++ }) });
  await watched.send(40);
  assert.equal([...watched.registry.all()].length, watched.limits.failing.perDestination + 1);
  assert.equal(watched.issues().at(-1), 'open: Other failures of CRM › Orders');
  assert.equal([...watched.registry.all()].at(-1)?.count, 40 - watched.limits.failing.perDestination);
});

test('an issue that was not seen for a week is resolved', async () => {
  const limits = { ...thresholds, failing: { ...thresholds.failing, forgottenMs: 30_000 } };
  await using watched = await startFailing({ status: 400 }, {}, limits);
  await watched.send(1);
  const [issue] = watched.registry.all();
  await watched.clock.advance(60_000);
  assert.deepEqual([issue?.state, issue?.resolved?.how], ['resolved', 'It was not seen for a week.']);
});

test('an issue names changes on its objects of the day before, newest first, and no other changes', async () => {
  await using watched = await startFailing({ status: 200 });
  await watched.rig.put('connection', { name: 'Other', baseUrl: 'https://other.example' });
  await watched.rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example/v3' }, watched.connectionId);
  const createdAt = new Date(watched.clock.now()).toISOString();
  await watched.rig.audit.append(
    (['probe', 'test', 'release'] as const).map((act) => auditSample({ act, id: watched.connectionId, createdAt })),
  );
  watched.answers({ status: 404 });
  await watched.send(1);
  const [issue] = watched.registry.all();
  assert.deepEqual(
    issue?.changes.map(({ act, kind, pointers }) => [act, kind, pointers]),
    [
      ['change', 'connection', ['/baseUrl']],
      ['create', 'action', ['']],
      ['create', 'destination', ['']],
      ['create', 'connection', ['']],
    ],
  );
});
