import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRig, wire } from '../../../test/support/rig.ts';
import type { Change } from '../../catalog/catalog.ts';
import { createScrubber } from '../../connections/secret-redaction.ts';
import { byItself } from '../../contract/by-itself.ts';
import { Secret } from '../../contract/secret.ts';
import { loadConfiguration } from './snapshot.ts';

test('a change of anything but actions and behaviors compiles nothing', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId, actionId } = await wire(rig);
  const { configuration } = rig.pipeline;
  const { rules } = configuration.snapshot;
  await rig.put('connection', { name: 'CRM 2', baseUrl: 'https://crm.example' }, connectionId);
  assert.equal(configuration.snapshot.rules, rules);
  const action = { name: 'None', description: 'no event', status: 'disabled', destinations: [{ destinationId }] };
  await rig.put('action', action, actionId);
  assert.notEqual(configuration.snapshot.rules, rules);
  await rig.send({ data: { n: '1' } });
  await rig.clock.advance(1);
  assert.equal(rig.egress.requests.length, 0);
});

test('a change of one action compiles only that action, and a change of a behavior all actions that can use it', async () => {
  await using rig = await startRig();
  const { destinationId, actionId } = await wire(rig);
  const to = { status: 'enabled', destinations: [{ destinationId }] };
  const behaviorId = await rig.put('behavior', {
    name: 'B',
    condition: equals('a', '1'),
    attributes: [],
    category: '',
  });
  const otherId = await rig.put('action', { name: 'O', description: 'x', rules: { behavior: behaviorId }, ...to });
  const event = (data: Record<string, string>) => ({ ...plain, data });
  const matching = (data: Record<string, string>) =>
    rig.pipeline.configuration.snapshot.rules.match(event(data)).map((one) => one.action.id);
  const conditionOf = (id: string) =>
    rig.pipeline.configuration.snapshot.rules.match(event({ a: '1', b: '1' })).find((one) => one.id === id)?.condition;
  await rig.put('action', { name: 'A', description: 'x', rules: equals('b', '1'), ...to }, actionId);
  assert.deepEqual(matching({ a: '1', b: '1' }).sort(), [actionId, otherId].sort());
  const [before, other] = [conditionOf(actionId), conditionOf(otherId)];
  await rig.put('action', { name: 'A', description: 'x', rules: equals('b', '1'), ...to }, actionId);
  assert.notEqual(conditionOf(actionId), before);
  assert.equal(conditionOf(otherId), other);
  await rig.put('behavior', { name: 'B', condition: equals('a', '2'), attributes: [], category: '' }, behaviorId);
  assert.deepEqual(matching({ a: '1' }), []);
  assert.deepEqual(matching({ a: '2' }), [otherId]);
});

test('documents are found by their current name only, in any case and Unicode composition', async () => {
  await using rig = await startRig();
  const { configuration } = rig.pipeline;
  const body = { name: 'Caf\u00e9', baseUrl: 'https://crm.example' };
  const id = await rig.put('connection', body);
  const named = (name: string) => [...configuration.snapshot.idsNamed('connection', name)];
  assert.deepEqual([named(' CAFE\u0301'), named('Cafe')], [[id], []]);
  await rig.put('connection', { ...body, name: 'Bar' }, id);
  assert.deepEqual([named('caf\u00e9'), named('bar')], [[], [id]]);
  await rig.restart();
  assert.deepEqual([...rig.pipeline.configuration.snapshot.idsNamed('connection', 'bar')], [id]);
});

test('an error in a listener is reported, and neither the change nor the other listeners notice it', async () => {
  await using rig = await startRig();
  const { configuration } = rig.pipeline;
  const seen: number[] = [];
  configuration.watch(() => {
    throw new Error('listener');
  });
  configuration.watch(({ revision }) => seen.push(revision));
  await rig.put('connection', { name: 'CRM', baseUrl: 'https://crm.example' });
  assert.deepEqual(seen, [configuration.snapshot.revision]);
  assert.match(String(rig.failures), /listener/);
});

const equals = (parameter: string, value: string) => ({ parameter, operator: 'equals', value });

const plain = {
  id: 'evt_1',
  name: null,
  visitorId: null,
  anonymousId: null,
  sessionId: null,
  occurredAt: '2026-01-01T00:00:00.000Z',
  receivedAt: '2026-01-01T00:00:00.000Z',
  data: {},
  ext: {},
  session: {},
  source: { collectorId: 'col_1', format: 'infinity' as const },
};

test('what another process changed reaches the same listeners as a change made here: by a conflict, and by following', async () => {
  await using rig = await startRig();
  const { connectionId, destinationId, actionId } = await wire(rig);
  const behaviorId = await rig.put('behavior', {
    name: 'B',
    condition: equals('a', '1'),
    attributes: [],
    category: '',
  });
  const failed = (error: unknown) => assert.fail(String(error));
  const other = await loadConfiguration(rig.catalog, createScrubber(), failed);
  const seen: [number, string[]][] = [];
  const textOf = ({ op, document: { id, version } }: Change) => `${op} ${id} ${version}`;
  other.watch(({ revision }, changes) => seen.push([revision, changes.map(textOf).sort()]));
  const own = () => rig.pipeline.configuration.snapshot;

  await rig.put('connection', { name: 'CRM 2', baseUrl: 'https://crm.example' }, connectionId);
  await rig.put('connection', { name: 'CRM 3', baseUrl: 'https://crm.example' }, connectionId);
  await rig.pipeline.configuration.change({ ...byItself, act: 'delete' }, ({ documents }) => {
    const document = documents.behavior.get(behaviorId);
    return document === undefined ? [] : [{ op: 'delete', document }];
  });
  await other.follow();
  assert.deepEqual(seen, [[own().revision, [`delete ${behaviorId} 1`, `put ${connectionId} 3`].sort()]]);
  assert.deepEqual([...other.snapshot.idsNamed('connection', 'crm 3')], [connectionId]);
  assert.deepEqual([...other.snapshot.idsNamed('connection', 'crm')], []);
  assert.deepEqual([...other.snapshot.destinationsOf(connectionId)], [destinationId]);

  const disabled = { name: 'A', description: 'x', status: 'disabled', destinations: [{ destinationId }] };
  await rig.put('action', disabled, actionId);
  const matched = () => other.snapshot.rules.match({ ...plain, data: { n: '1' } }).map(({ id }) => id);
  assert.deepEqual(matched(), [actionId]);
  await other.change({ ...byItself, act: 'change' }, () => []);
  assert.deepEqual(matched(), [], 'a change that was built on an older state took over the newer one');
  assert.equal(seen.length, 3);
  assert.deepEqual(seen[1]?.[1], [`put ${actionId} 2`]);

  await other.follow();
  assert.equal(seen.length, 3, 'nothing new, nothing said');
});

test('a secret that another process saved is hidden from texts for people, too', async () => {
  await using rig = await startRig();
  const { connectionId } = await wire(rig);
  const scrubber = createScrubber();
  const other = await loadConfiguration(rig.catalog, scrubber, (error) => assert.fail(String(error)));
  await rig.pipeline.configuration.change({ ...byItself, act: 'change' }, ({ documents }) => {
    const document = documents.connection.get(connectionId) ?? assert.fail();
    const auth = { type: 'bearer', token: new Secret('a-token-saved-elsewhere', document.updatedAt) };
    return [{ op: 'put', document: { ...document, version: 2, body: { ...document.body, auth } } }];
  });
  await other.follow();
  assert.equal(scrubber.scrub('no a-token-saved-elsewhere'), 'no [secret]');
});
