import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { openStorage } from '../../test/support/storage.ts';
import { auditSample } from '../audit/audit-samples.testing.ts';
import { idSource } from '../contract/ids.ts';
import { type Finding, finding } from './finding.ts';
import { openIssueRegistry } from './issue-registry.ts';
import { thresholds } from './thresholds.ts';

const problem: Finding = finding({
  fingerprint: 'used_ids col_1',
  kind: 'used_ids',
  severity: 'warning',
  title: 'Events have used ids',
  detail: 'They were not stored.',
  likelyFix: 'Use other ids.',
  cause: { code: 'used_ids', values: { subject: 'Shop' } },
});
const once = { times: 1, samples: [], actionIds: [] };
const by = 'anna@example.com';
const entry = () => auditSample({ act: 'change', kind: 'issue', changes: [] });

/** The issues of two nodes that share a database. */
async function startNodes() {
  const clock = fakeClock();
  const storage = await openStorage();
  const open = () =>
    openIssueRegistry({
      store: storage.issues,
      clock,
      newId: idSource(clock.now, randomBytes),
      limits: thresholds,
      causesOf: async () => [],
      noticed() {},
      failed: assert.ifError,
    });
  const [a, b] = [await open(), await open()];
  const stored = async () =>
    (await storage.issues.load()).records.map(({ state, count, noticed }) => ({ state, count, noticed }));
  return {
    ...{ a, b, clock, storage, stored },
    async [Symbol.asyncDispose]() {
      for (const node of [a, b]) await node[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

test('of two nodes that find a problem at once there is one issue, with the occurrences of both', async () => {
  await using nodes = await startNodes();
  const { a, b, clock } = nodes;
  a.see(problem, once);
  b.see(problem, { ...once, times: 2 });
  await clock.advance(10_000);
  assert.deepEqual(await nodes.stored(), [{ state: 'open', count: 3, noticed: 1 }]);
  for (const node of [a, b]) {
    node.see(problem, once);
    await node.follow();
  }
  await clock.advance(10_000);
  assert.deepEqual(await nodes.stored(), [{ state: 'open', count: 5, noticed: 1 }]);
  await a.follow();
  const [ofA] = a.all();
  const [ofB] = b.all();
  assert.deepEqual([ofA?.id, ofA?.count], [ofB?.id, ofB?.count]);
});

test('what a person does at one node stays while the other node counts, and is done once', async () => {
  await using nodes = await startNodes();
  const { a, b, clock } = nodes;
  a.see(problem, once);
  await a.settled();
  await b.follow();
  const [known] = b.all();
  assert.ok(known !== undefined);
  a.see(problem, once);
  await a.settled();
  const done = await b.act(known.id, { act: 'acknowledge', by }, entry());
  assert.deepEqual(done?.changes, [{ pointer: '/state', before: 'open', after: 'acknowledged' }]);
  a.see(problem, once);
  await clock.advance(10_000);
  assert.deepEqual(await nodes.stored(), [{ state: 'acknowledged', count: 3, noticed: 1 }]);
  await b.act(known.id, { act: 'resolve', by, note: null }, entry());
  await assert.rejects(a.act(known.id, { act: 'acknowledge', by }, entry()), { code: 'conflict' });
  assert.deepEqual(
    (await nodes.storage.audit.entries({ limit: 9 })).map(({ changes }) => changes[0]?.after),
    ['resolved', 'acknowledged'],
  );
});

test('a notice goes to the node that takes notices, whoever found the problem, and to the next one when that ends', async () => {
  await using nodes = await startNodes();
  const { a, b, clock } = nodes;
  const told: string[] = [];
  a.see(problem, once);
  await a.settled();
  await b.follow();
  b.sendNotices(({ change }) => void told.push(`b: ${change}`));
  await b.settled();
  b.sendNotices(null);
  await b.settled();
  const [known] = a.all();
  assert.ok(known !== undefined);
  await a.follow();
  a.resolve(known, 'It is gone.');
  await a.settled();
  a.sendNotices(({ change }) => void told.push(`a: ${change}`));
  await a.settled();
  await clock.advance(10_000);
  await b.follow();
  b.sendNotices(({ change }) => void told.push(`b: ${change}`));
  await b.settled();
  assert.deepEqual(told, ['b: opened', 'a: resolved']);
});

test('an issue that one node removes is gone at the other one, unless that has seen it again', async () => {
  await using nodes = await startNodes();
  const { a, b, clock } = nodes;
  for (const fingerprint of ['one', 'two']) a.see({ ...problem, fingerprint }, once);
  for (const issue of a.all()) a.resolve(issue, 'It is gone.');
  await a.settled();
  await b.follow();
  b.see({ ...problem, fingerprint: 'two' }, once);
  a.tidy(clock.now() + 1);
  await a.settled();
  await b.follow();
  await b.settled();
  await a.follow();
  for (const node of [a, b])
    assert.deepEqual(
      Array.from(node.all(), ({ fingerprint, state }) => [fingerprint, state]),
      [['two', 'open']],
    );
});
