import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditSample } from '../audit/audit-samples.testing.ts';
import type { FakeAnswer } from '../egress/fake/fake-egress.testing.ts';
import { finding } from './finding.ts';
import { startWatched, type Watched } from './watch.testing.ts';
import type { WatchOptions } from './watch.ts';

const title = 'HTTP 400 from CRM › Orders';
const by = 'anna@example.com';

const entry = () => auditSample({ act: 'change', kind: 'issue', changes: [] });

async function startFailed(watch: Partial<WatchOptions> = {}) {
  let answer: FakeAnswer = { status: 400 };
  const watched = await startWatched({ handler: () => answer, watch });
  await watched.send(1);
  const id = [...watched.registry.all()][0]?.id ?? '';
  return Object.assign(watched, {
    id,
    answers(next: FakeAnswer) {
      answer = next;
    },
  });
}

const until = (watched: Watched, ms: number) => watched.clock.now() + ms;

const cause = { code: 'other_failures' as const, values: { subject: 'CRM › Orders' } };

test('a muted issue sends no notices until its time is up, whatever happens to it', async () => {
  await using watched = await startFailed();
  await watched.registry.act(watched.id, { act: 'mute', by, until: until(watched, 100_000) }, entry());
  await watched.send(20);
  assert.deepEqual(watched.told(), [`opened: ${title}`]);
  await watched.clock.advance(100_000);
  assert.deepEqual(watched.told(), [`reopened: ${title}`]);
  await watched.registry.act(watched.id, { act: 'mute', by, until: until(watched, 100_000) }, entry());
  watched.answers({ status: 200 });
  await watched.send(20);
  assert.deepEqual(watched.issues(), [`muted: ${title}`]);
  await watched.clock.advance(100_000);
  assert.deepEqual(watched.told(), [`resolved: ${title}`], 'it was resolved while muted');
});

test('an issue that a person resolved may fail for five more minutes before it is open again', async () => {
  await using watched = await startFailed();
  await watched.registry.act(watched.id, { act: 'resolve', by, note: 'Fixed the mapping.' }, entry());
  await watched.send(5);
  assert.deepEqual(watched.issues(), [`resolved: ${title}`]);
  await watched.clock.advance(300_000);
  await watched.send(1);
  assert.deepEqual(watched.issues(), [`open: ${title}`]);
});

test('an act that the state does not allow is refused and changes nothing; an allowed one is in the audit trail', async () => {
  await using watched = await startFailed();
  const { registry, id } = watched;
  const acts = { reopen: { act: 'reopen', by }, unmute: { act: 'unmute', by } } as const;
  for (const act of [acts.reopen, acts.unmute])
    await assert.rejects(registry.act(id, act, entry()), { code: 'conflict' }, act.act);
  const done = await registry.act(id, { act: 'acknowledge', by }, entry());
  assert.deepEqual(done?.changes, [{ pointer: '/state', before: 'open', after: 'acknowledged' }]);
  assert.deepEqual([registry.get(id)?.state, registry.get(id)?.acknowledged?.by], ['acknowledged', by]);
  assert.equal(await registry.act('iss_none', { act: 'acknowledge', by }, entry()), null);
});

test('issues survive a restart, and a notice that no listener took is sent again with the same id', async () => {
  await using watched = await startFailed();
  await watched.registry.settled();
  const [first] = watched.notices.splice(0);
  // The crash came before the notice was recorded as taken.
  const [stored] = (await watched.store.load()).records;
  await watched.restart();
  assert.deepEqual(watched.issues(), [`open: ${title}`]);
  assert.ok(stored?.notices.length === 1 || stored?.notices.length === 0);
  await watched.clock.advance(10_000);
  assert.deepEqual(
    watched.notices.map(({ id }) => id),
    stored?.notices.map(() => first?.id),
  );
});

test('a listener that fails gets the notice again until it succeeds', async () => {
  await using watched = await startFailed();
  await watched.clock.advance(10_000);
  let fails = 2;
  const taken: string[] = [];
  watched.listen(({ change }) => {
    if (fails-- > 0) throw new Error('full');
    taken.push(change);
  });
  await watched.registry.act(watched.id, { act: 'resolve', by, note: null }, entry());
  await watched.clock.advance(30_000);
  assert.deepEqual([taken, watched.rig.failures.map(String)], [['resolved'], ['Error: full', 'Error: full']]);
  watched.rig.failures.length = 0;
});

test('issues that open at once are reported at once, and notices of one issue keep their order', async () => {
  await using watched = await startFailed();
  await watched.clock.advance(10_000);
  const { promise: bothOpen, resolve: goOn } = Promise.withResolvers<void>();
  const heard: string[] = [];
  watched.listen(async ({ change, title }) => {
    heard.push(`${change} ${title}`);
    if (heard.length === 2) goOn();
    // Neither issue is resolved before the other was reported too.
    await bothOpen;
  });
  const [known] = watched.registry.all();
  assert.ok(known !== undefined);
  for (const one of ['a', 'b'])
    watched.registry.see({ ...known, cause, fingerprint: one, title: one }, { times: 1, samples: [], actionIds: [] });
  const [, first] = watched.registry.all();
  assert.ok(first !== undefined);
  watched.registry.resolve(first, 'gone');
  await watched.registry.settled();
  assert.deepEqual(heard, ['opened a', 'opened b', 'resolved a']);
});

test('old resolved issues are removed', async () => {
  await using watched = await startFailed({ keptDays: () => 30_000 / 86_400_000 });
  await watched.registry.act(watched.id, { act: 'resolve', by, note: null }, entry());
  await watched.clock.advance(20_000);
  assert.equal(watched.issues().length, 1);
  // After the first round of retention, which confirms the time.
  await watched.clock.advance(60_000);
  await watched.registry.settled();
  assert.deepEqual([watched.issues(), (await watched.store.load()).records], [[], []]);
});

test('a round with one failing part does the other parts, and the next round follows', async () => {
  let isBroken = true;
  const keptDays = () => {
    if (isBroken) throw new Error('no retention is known');
    return 0;
  };
  await using watched = await startFailed({ keptDays });
  await watched.registry.act(watched.id, { act: 'resolve', by, note: null }, entry());
  await watched.clock.advance(60_000);
  assert.equal(watched.issues().length, 1);
  assert.ok(watched.rig.failures.splice(0).length > 0);
  isBroken = false;
  await watched.clock.advance(60_000);
  await watched.registry.settled();
  assert.deepEqual([watched.issues(), watched.rig.failures], [[], []]);
});

test('issues that open at about the same time are written together, within a tenth of a second', async () => {
  await using watched = await startWatched();
  const { registry, store, clock } = watched;
  const saved: number[] = [];
  const { save } = store;
  store.save = async (records, ...rest) => {
    saved.push(records.length);
    return save(records, ...rest);
  };
  const about = { kind: 'failing', severity: 'critical', detail: 'It fails.', likelyFix: 'Fix it.', cause } as const;
  const at = { connectionId: null, destinationId: null, actionId: null, errorKind: null };
  for (let n = 0; n < 50; n++)
    registry.see({ ...about, ...at, fingerprint: `f${n}`, title: `T${n}` }, { times: 1, samples: [], actionIds: [] });
  assert.deepEqual(saved, []);
  await clock.advance(100);
  assert.deepEqual(saved, [50]);
  assert.equal(watched.told().length, 50);
});

test('issues that an erasure makes equal become one, in memory and stored', async () => {
  await using watched = await startWatched();
  const found = (text: string) =>
    finding({
      fingerprint: `failing ${watched.destinationId} ${text}`,
      kind: 'failing',
      severity: 'warning',
      title: `Refused: ${text}`,
      detail: text,
      likelyFix: '',
      cause,
    });
  const once = { times: 1, samples: [], actionIds: [] };
  for (const text of ['no user ann@example.com', 'no user bob@example.com', 'no user [erased]'])
    watched.registry.see(found(text), once);
  await watched.registry.settled();
  watched.registry.erase('ann@example.com');
  await watched.registry.settled();
  const left = ['open: Refused: no user [erased]', 'open: Refused: no user bob@example.com'];
  assert.deepEqual(watched.issues().sort(), left);
  await watched.restart();
  assert.deepEqual(watched.issues().sort(), left);
});
