import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../../test/support/rig.ts';
import { actionInput } from '../../contract/documents/action.ts';
import type { Condition } from '../../contract/documents/condition.ts';
import { type DestinationBody, destinationInput } from '../../contract/documents/destination.ts';
import type { Event } from '../../contract/records/event.ts';
import { quickjsSandbox } from '../../sandbox/quickjs/quickjs-sandbox.ts';
import { newestEvents } from './check-context.ts';

const is = (parameter: string, value: string): Condition => ({ parameter, operator: 'equals', value });
const action = (body: object) => actionInput.parse({ name: 'Tried', description: 'x', ...body });

test('a check lists the events that an action would newly match or no longer match, and the bodies that change', async () => {
  await using rig = await startRig();
  const { actionId, destinationId } = await wire(rig, { action: { rules: is('kind', 'a'), status: 'disabled' } });
  const ids = await rig.send(
    { name: 'one', data: { kind: 'a', n: '1' } },
    { name: 'two', data: { kind: 'a', n: '2', also: 'b' } },
    { name: 'three', data: { kind: 'c', n: '3', also: 'b' } },
  );
  const draft = action({
    rules: is('also', 'b'),
    destinations: [{ destinationId, mapping: [{ field: 'n', parameter: 'n' }] }],
  });
  const checked = await rig.pipeline.checks.action({ id: actionId, draft }, 100);
  const refs = (list: readonly { id: string }[]) => list.map((one) => one.id);
  assert.deepEqual([checked.checked, checked.matched], [3, 2]);
  assert.deepEqual([refs(checked.newlyMatched), refs(checked.noLonger)], [[ids[2]], [ids[0]]]);
  assert.deepEqual(
    checked.bodiesChanged.map((one) => [one.event.name, one.before, one.after]),
    [['two', '{"kind":"a","n":"2","also":"b"}', '{"n":"2"}']],
  );
  assert.deepEqual(checked.counts, { newlyMatched: 1, noLonger: 1, bodiesChanged: 1, threw: 0, skipped: 0, sent: 2 });
  const newest = await rig.pipeline.checks.action({ id: actionId, draft }, 1);
  assert.deepEqual([newest.looked, newest.checked, newest.matched], [1, 1, 1]);
  assert.equal(rig.egress.requests.length, 0);
});

test('a check of an action looks past the events that match neither version, and says how many it looked at', async () => {
  await using rig = await startRig();
  const { actionId } = await wire(rig, { action: { rules: is('kind', 'a'), status: 'disabled' } });
  const [rare] = await rig.send({ data: { kind: 'a' } });
  await rig.send(...Array.from({ length: 150 }, () => ({ data: { kind: 'z' } })));
  const draft = action({ rules: is('kind', 'b') });
  const { looked, checked, matched, noLonger } = await rig.pipeline.checks.action({ id: actionId, draft }, 100);
  assert.deepEqual([looked, checked, matched, noLonger.map(({ id }) => id)], [151, 1, 0, [rare]]);
});

test('without a draft nothing changes; an action that is not stored newly matches all that it matches', async () => {
  await using rig = await startRig();
  const { actionId, destinationId } = await wire(rig, { action: { status: 'disabled' } });
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  const same = await rig.pipeline.checks.action({ id: actionId, draft: null }, 100);
  assert.deepEqual(
    [same.matched, same.counts],
    [2, { newlyMatched: 0, noLonger: 0, bodiesChanged: 0, threw: 0, skipped: 0, sent: 2 }],
  );
  const draft = action({ rules: is('n', '2'), destinations: [{ destinationId }] });
  const unsaved = await rig.pipeline.checks.action({ id: null, draft }, 100);
  assert.deepEqual([unsaved.matched, unsaved.counts.newlyMatched, unsaved.counts.bodiesChanged], [1, 1, 0]);
  await assert.rejects(rig.pipeline.checks.action({ id: 'act_none', draft }, 1), /no action act_none/);
});

test('lists have the first hundred entries, and counts include all', async () => {
  await using rig = await startRig();
  const { destinationId } = await wire(rig, { action: { status: 'disabled' } });
  await rig.send(...Array.from({ length: 130 }, (_, n) => ({ data: { n: String(n) } })));
  const draft = action({ destinations: [{ destinationId }] });
  const checked = await rig.pipeline.checks.action({ id: null, draft }, 1_000);
  assert.deepEqual([checked.checked, checked.newlyMatched.length, checked.counts.newlyMatched], [130, 100, 130]);
});

test('the template of a draft is tested on matching events, and errors have their line, as in deliveries', async () => {
  await using sandbox = await quickjsSandbox({ workers: 1 });
  await using rig = await startRig({ sandbox });
  const { actionId, destinationId, connectionId } = await wire(rig, {
    action: { rules: { parameter: 'n', operator: 'exists' }, status: 'disabled' },
  });
  const [, , thrown] = await rig.send(
    { data: { other: '1' } },
    { data: { n: '1', a: 'x' } },
    { data: { n: '2' } },
    { data: { n: 'skip', a: 'x' } },
  );
  const template =
    '{"n": "{{ it.data[0].n }}",\n{{! if (it.data[0].n === "skip") skip("not now"); }}"a": "{{ it.data[0].a.length }}"}';
  const draft = destination({ connectionId, name: 'Orders', path: '/orders', template });
  const checked = await rig.pipeline.checks.destination({ id: destinationId, draft }, { actionId: null, last: 100 });
  const { checked: all, ok, threw, skipped, changed } = checked;
  assert.deepEqual({ all, ok, threw, skipped, changed }, { all: 3, ok: 1, threw: 1, skipped: 1, changed: 3 });
  const [skip, failed, fine] = checked.rows;
  assert.deepEqual([skip?.outcome, skip?.reason, skip?.after], ['skipped', 'not now', null]);
  assert.deepEqual(
    [failed?.event.id, failed?.outcome, failed?.line, failed?.before],
    [thrown, 'threw', 2, '{"n":"2"}'],
  );
  assert.deepEqual([fine?.actionId, fine?.after, fine?.changed], [actionId, '{"n": "1",\n"a": "1"}', true]);

  const mapping = [{ field: 'a', expression: 'it.a.length' }];
  const broken = action({ rules: { parameter: 'n', operator: 'exists' }, destinations: [{ destinationId, mapping }] });
  const { threw: failures, counts } = await rig.pipeline.checks.action({ id: actionId, draft: broken }, 100);
  assert.deepEqual([counts.threw, counts.bodiesChanged, failures[0]?.event.id], [1, 3, thrown]);
});

test('a destination without matching events is tested on the newest events of all, and so is a new one', async () => {
  await using rig = await startRig();
  const { destinationId, connectionId, actionId } = await wire(rig, { action: { rules: is('n', 'never') } });
  await rig.send({ data: { n: '1' } }, { data: { n: '2' } });
  const { checks } = rig.pipeline;
  const none = await checks.destination({ id: destinationId, draft: null }, { actionId: null, last: 1 });
  assert.deepEqual(
    none.rows.map((row) => [row.actionId, row.after, row.before, row.changed]),
    [[null, '{"n":"2"}', '{"n":"2"}', false]],
  );
  const named = await checks.destination({ id: destinationId, draft: null }, { actionId, last: 1 });
  assert.equal(named.rows[0]?.actionId, actionId);
  const draft = destination({ connectionId, name: 'New', template: '{{! return JSON.stringify(it.data); }}' });
  const fresh = await checks.destination({ id: null, draft }, { actionId: null, last: 100 });
  assert.deepEqual(
    fresh.rows.map((row) => [row.before, row.after, row.changed]),
    [
      [null, '[{"n":"2"}]', false],
      [null, '[{"n":"1"}]', false],
    ],
  );
});

test('the newest events are read page by page, each once, until the time limit', async () => {
  await using rig = await startRig();
  await rig.send(...Array.from({ length: 120 }, (_, n) => ({ name: String(n) })));
  const names: (string | null)[] = [];
  const judge = async (events: Event[]) => events.map(({ name }) => name);
  for await (const [{ name }, judged] of newestEvents(rig.journal.log, { most: 110, timeMs: 60_000 }, judge)) {
    assert.equal(judged, name);
    names.push(name);
  }
  assert.deepEqual(
    names,
    Array.from({ length: 110 }, (_, n) => String(119 - n)),
  );
  let seen = 0;
  for await (const _ of newestEvents(rig.journal.log, { most: 110, timeMs: 0 }, judge)) seen += 1;
  assert.equal(seen, 1);
});

function destination(body: { connectionId: string } & Record<string, unknown>): DestinationBody {
  const { settings, ...parsed } = destinationInput.parse(body);
  return { ...parsed, connectionId: body.connectionId, settings: { ...settings, headers: [] } };
}

test('a check of an action counts what would be sent, and says which matching events its template would skip, and why', async () => {
  await using sandbox = await quickjsSandbox({ workers: 1 });
  await using rig = await startRig({ sandbox });
  const template = '{{! if (!it.data[0].email) return skip("no e-mail address"); return JSON.stringify(it.data[0]); }}';
  const { actionId } = await wire(rig, { action: { status: 'disabled' }, destination: { template } });
  const [, greta] = await rig.send({ data: { email: 'ada@example.com' } }, { data: { n: '1' } });
  const { counts, skipped } = await rig.pipeline.checks.action({ id: actionId, draft: null }, 100);
  assert.deepEqual([counts.sent, counts.skipped, counts.threw], [1, 1, 0]);
  assert.deepEqual(
    skipped.map(({ event, reason }) => [event.id, reason]),
    [[greta, 'no e-mail address']],
  );
});
