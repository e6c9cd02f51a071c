import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { auditSample } from '../../audit/audit-samples.testing.ts';
import { replayInput } from '../../contract/records/replay.ts';
import { thresholds } from '../thresholds.ts';
import { startWatched } from '../watch.testing.ts';
import { expiryDetector } from './expiring-detector.ts';
import { missingTrafficDetector } from './missing-traffic-detector.ts';

const testdata = new URL('../../egress/http1/testdata/', import.meta.url);
const pem = (name: string) => readFileSync(new URL(name, testdata), 'utf8');
const dayMs = 86_400_000;

test('a destination paused by a 410 is one issue until it is changed', async () => {
  await using watched = await startWatched({ handler: () => ({ status: 410 }) });
  await watched.send(1);
  assert.deepEqual(watched.issues(), ['open: CRM › Orders was paused']);
  const [issue] = watched.registry.all();
  assert.deepEqual([issue?.samples.length, issue?.detail], [1, 'HTTP 410. The destination is paused.']);
  await watched.clock.advance(60_000);
  assert.equal(issue?.detail, 'HTTP 410. The destination is paused.', 'the periodic check keeps the issue open');
  const { connectionId, destinationId } = watched;
  await watched.rig.put('destination', { connectionId, name: 'Orders', status: 'enabled' }, destinationId);
  await watched.clock.advance(60_000);
  assert.deepEqual(watched.told(), ['opened: CRM › Orders was paused', 'resolved: CRM › Orders was paused']);
});

test('a connection in use without its credential is an issue until the credential is entered', async () => {
  await using watched = await startWatched();
  const { rig, clock, connectionId } = watched;
  const base = { name: 'CRM', baseUrl: 'https://crm.example' };
  await rig.put('connection', { ...base, auth: { type: 'bearer' } }, connectionId);
  await clock.advance(60_000);
  assert.deepEqual(watched.issues(), ['open: Credentials of CRM are missing']);
  assert.match(String([...watched.registry.all()][0]?.detail), /^The bearer token is missing\./);
  await rig.put('connection', { ...base, auth: { type: 'bearer', token: 't' } }, connectionId);
  await clock.advance(60_000);
  assert.equal(watched.told().at(-1), 'resolved: Credentials of CRM are missing');
});

test('a token and certificates are announced two weeks before they expire, and are critical two days before', async () => {
  await using watched = await startWatched();
  const { rig, clock, connectionId } = watched;
  const cert = pem('client.crt');
  const ends = new X509Certificate(cert).validToDate.getTime();
  const exp = Math.floor(ends / 1_000);
  const token = `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.c2ln`;
  const body = {
    name: 'CRM',
    baseUrl: 'https://crm.example',
    auth: { type: 'bearer', token },
    settings: { tls: { cert, key: 'k' } },
  };
  await rig.put('connection', body, connectionId);
  const look = expiryDetector({ configuration: rig.pipeline.configuration, limits: thresholds });
  const foundIn = async (leftMs: number) =>
    (await look.find(ends - leftMs)).map(
      ({ title, severity, detail }) => `${severity} ${title}: ${detail.slice(0, 7)}`,
    );
  assert.deepEqual(await foundIn(15 * dayMs), []);
  assert.deepEqual(await foundIn(13 * dayMs), [
    'warning The token of CRM expires soon: Expires',
    'warning The client certificate of CRM expires soon: Expires',
  ]);
  assert.equal((await foundIn(dayMs))[1], 'critical The client certificate of CRM expires soon: Expires');
  assert.equal((await foundIn(-dayMs))[1], 'critical The client certificate of CRM has expired: Expired');
  await rig.put('connection', { ...body, status: 'disabled' }, connectionId);
  assert.deepEqual(await foundIn(dayMs), []);
  await clock.advance(1_000);
});

test('deliveries due for 15 minutes are late, unless they are held, until deliveries are in time again', async () => {
  const limits = { ...thresholds, backlog: { ...thresholds.backlog, warnMs: 120_000, overMs: 60_000 } };
  const connection = { settings: { rate: { limit: 1, perMs: 30_000 } } };
  await using watched = await startWatched({ given: { connection }, watch: { limits } });
  await watched.rig.send(...Array.from({ length: 10 }, () => ({})));
  await watched.clock.advance(100_000);
  assert.deepEqual(watched.issues(), []);
  await watched.clock.advance(60_000);
  assert.deepEqual(watched.issues(), ['open: Deliveries to CRM › Orders are late']);
  assert.match(
    [...watched.registry.all()][0]?.detail ?? '',
    /^The oldest one has been due for \d+ minutes; \d deliveries are unfinished\.$/,
  );
  await watched.clock.advance(240_000);
  assert.deepEqual(watched.issues(), ['resolved: Deliveries to CRM › Orders are late']);
});

test('deliveries that wait for their batch, or behind one that waits for a person, are not late', async () => {
  const settings = [
    { batch: { records: 100, waitMs: 3_600_000 } },
    { order: { key: 'visitorId', releaseAfter: null }, retry: { scheduleMs: [0], jitter: 0 } },
  ];
  for (const one of settings) {
    const given = { destination: { settings: one } };
    await using watched = await startWatched({ given, handler: () => ({ status: 500 }) });
    await watched.rig.send({ visitorId: 'a', data: { n: '1' } });
    await watched.clock.advance(1_000);
    await watched.rig.send({ visitorId: 'a', data: { n: '2' } });
    await watched.clock.advance(1_800_000);
    const late = watched.issues().filter((issue) => issue.includes('late'));
    assert.deepEqual([late, (await watched.rig.statuses()).at(-1)], [[], 'pending']);
  }
});

test('the deliveries of a paused replay are not late', async () => {
  await using watched = await startWatched({
    given: { connection: { settings: { rate: { limit: 1, perMs: 600_000 } } } },
  });
  await watched.rig.send({ data: { n: '1' } });
  await watched.clock.advance(1_000);
  const { replays } = watched.rig.pipeline;
  const input = replayInput.parse({ of: 'deliveries', only: 'all', filter: {} });
  await replays.run(input, { id: 'rpl_1', startedBy: 'test' }, auditSample());
  await watched.clock.advance(5_000);
  assert.equal((await watched.rig.statuses()).length, 2);
  assert.equal(await replays.pause('rpl_1', auditSample()), true);
  await watched.clock.advance(1_800_000);
  assert.deepEqual([watched.issues(), await watched.rig.statuses()], [[], ['delivered', 'pending']]);
});

test('deliveries that a pause of the system delays are an issue that names its end', async () => {
  const asked = { status: 503, headers: [['retry-after', '7200']] as [string, string][] };
  await using watched = await startWatched({ handler: () => asked });
  await watched.rig.send({ data: { n: '1' } });
  await watched.clock.advance(1_800_000);
  const [issue] = [...watched.registry.all()].filter(({ kind }) => kind === 'backlog');
  assert.match(String(issue?.detail), /^The system asked for a pause until 20.+Z; 1 deliveries are unfinished\.$/);
});

test('held deliveries that expired are counted, and the issue is resolved when none expired for a day', async () => {
  const limits = { ...thresholds, held: { quietMs: 120_000 } };
  const given = { connection: { settings: { heldMaxAgeMs: 30_000 }, status: 'paused' } };
  await using watched = await startWatched({ given, watch: { limits } });
  await watched.rig.send({}, {}, {});
  await watched.clock.advance(60_000);
  assert.deepEqual(watched.issues(), ['open: Held deliveries to CRM › Orders expired']);
  assert.equal([...watched.registry.all()][0]?.count, 3);
  await watched.clock.advance(180_000);
  assert.deepEqual(watched.issues(), ['resolved: Held deliveries to CRM › Orders expired']);
});

test('events that are lost because others had their id are an issue of the collector, until there is none for a day', async () => {
  const limits = { ...thresholds, usedIds: { quietMs: 120_000 } };
  await using watched = await startWatched({ watch: { limits } });
  const of = (n: string) => ({ identity: 'order-1001', data: { n } });
  await watched.rig.send(of('a'), of('b'));
  await watched.rig.send(of('a'), of('b'), of('c'));
  await watched.clock.advance(1_000);
  assert.deepEqual(watched.issues(), ['open: Events to col_1 have ids that other events had']);
  assert.equal([...watched.registry.all()][0]?.count, 3);
  await watched.clock.advance(180_000);
  assert.deepEqual(watched.issues(), ['resolved: Events to col_1 have ids that other events had']);
});

test('events that an action misses because its rules throw are an issue of it, until there is none for a day', async () => {
  const limits = { ...thresholds, ruleErrors: { quietMs: 120_000 } };
  await using watched = await startWatched({ watch: { limits } });
  const { snapshot } = watched.rig.pipeline.configuration;
  const { match } = snapshot.rules;
  snapshot.rules.match = (event, threw) => {
    for (const rule of match(event)) threw?.(rule, new RangeError('quotes the event'));
    return [];
  };
  await watched.rig.send({ data: { n: 'a' } });
  const [, last] = await watched.rig.send({ data: { n: 'b' } }, { data: { n: 'c' } });
  await watched.clock.advance(1_000);
  const [issue] = watched.registry.all();
  assert.deepEqual(watched.issues(), [`open: The rules of ${issue?.cause?.values['subject']} can’t be evaluated`]);
  assert.deepEqual([issue?.count, issue?.actionIds.length, issue?.cause?.code], [3, 1, 'rule_error']);
  assert.equal(issue?.detail, `Events have no deliveries of it: RangeError, last for event ${last}.`);
  await watched.clock.advance(180_000);
  assert.match(String(watched.issues()), /^resolved: /);
  assert.equal(watched.rig.failures.splice(0).length, 2, 'a log line for each request');
});

test('the disk is an issue before it is full, and the issue is resolved when there is room again', async () => {
  const space = { freeBytes: 301, reserveBytes: 100 };
  await using watched = await startWatched({ watch: { space: () => space } });
  const states = [];
  for (const freeBytes of [301, 299, 99, 299, 400]) {
    space.freeBytes = freeBytes;
    await watched.clock.advance(thresholds.checkEveryMs);
    states.push([...watched.registry.all()].map(({ state, severity }) => `${state} ${severity}`).join());
  }
  assert.deepEqual(states, ['', 'open warning', 'open critical', 'open critical', 'resolved critical']);
});

test('a condition that comes and goes is one issue, which must stay away longer each time before it is resolved', async () => {
  const space = { freeBytes: 400, reserveBytes: 100 };
  await using watched = await startWatched({ watch: { space: () => space } });
  for (const freeBytes of [200, 400, 200, 400, 200, 400]) {
    space.freeBytes = freeBytes;
    await watched.clock.advance(thresholds.checkEveryMs * 2);
  }
  const title = 'The disk is filling';
  assert.deepEqual(watched.told(), [`opened: ${title}`, `resolved: ${title}`, `reopened: ${title}`]);
  await watched.clock.advance(thresholds.restMs * 3);
  assert.deepEqual(watched.told(), [`resolved: ${title}`]);
});

test('an action that stopped firing is reported by name, but not when no events arrive at all', async () => {
  await using watched = await startWatched();
  const { rig, clock, registry, actionId } = watched;
  const { configuration } = rig.pipeline;
  const { statistics } = rig.journal.log;
  const look = missingTrafficDetector({ configuration, statistics, registry, clock, limits: thresholds });
  const now = clock.now() + 3 * 3_600_000;
  const at = (hours: number) => now - hours * 3_600_000;
  for (let hours = 2; hours < 27; hours++)
    await statistics.add([{ at: at(hours), kind: 'action', id: actionId, counters: { matched: 50 } }]);
  for (let hours = 0; hours < 27; hours++)
    await statistics.add([{ at: at(hours), kind: 'all', id: '', counters: { received: 50 } }]);
  assert.deepEqual(
    (await look.find(now)).map(({ title, actionId }) => [title, actionId]),
    [['All no longer fires', actionId]],
  );
  assert.deepEqual(
    (await look.find(at(-2))).map(({ title }) => title),
    ['No events arrive'],
  );
  assert.deepEqual(
    await look.find(clock.now() + 60_000),
    [],
    'a server that has just started reports no missing traffic',
  );
});
