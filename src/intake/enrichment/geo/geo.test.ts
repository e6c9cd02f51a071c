import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fakeClock } from '../../../../test/support/fake-clock.ts';
import { startTestServer } from '../../../api/testing/server.testing.ts';
import { temporaryFolder } from '../../../sqlite/temporary-folder.testing.ts';
import { geoDatabaseFile } from './geo-database.testing.ts';
import { openGeoDatabase } from './geo-database.ts';
import { openGeoFile } from './geo-file.ts';

const london = {
  city: { geoname_id: 2_643_743, names: { de: 'London', en: 'London', 'zh-CN': '伦敦' } },
  continent: { code: 'EU', names: { en: 'Europe' } },
  country: { iso_code: 'GB', names: { en: 'United Kingdom' } },
  subdivisions: [{ iso_code: 'ENG', names: { en: 'England' } }, { iso_code: 'WBK' }],
};
const entries = [
  { network: '81.2.69.0/24', place: london },
  { network: '2001:db8:7::/48', place: { country: { iso_code: 'SE' } } },
  { network: '10.0.0.0/8', place: { registered_country: { iso_code: 'US' } } },
  { network: '11.0.0.0/8', place: { traits: { is_anycast: 1 } } },
];
const inLondon = { country: 'GB', region: 'ENG', city: 'London' };

test('a network has the country, region and city of its entry, in records of every size', () => {
  for (const bits of [24, 28, 32] as const) {
    const { placeOf } = openGeoDatabase(geoDatabaseFile(entries, bits));
    assert.deepEqual(placeOf('81.2.69.0'), inLondon, `${bits} bits`);
    assert.deepEqual(placeOf('::ffff:81.2.69.160'), inLondon);
    assert.deepEqual(placeOf('2001:db8:7::'), { country: 'SE' });
    assert.deepEqual(placeOf('10.1.0.0'), { country: 'US' }, 'the country that the network is registered in');
    for (const other of ['81.2.70.0', '2001:db8:8::', '11.0.0.0', '', 'no address', '::'])
      assert.equal(placeOf(other), null, other);
  }
});

test('a file that is none, or has a broken part, is an error and no endless search', () => {
  const file = geoDatabaseFile(entries);
  for (const broken of [Buffer.alloc(0), Buffer.from('text'), file.subarray(0, -200), file.subarray(500)])
    assert.throws(() => openGeoDatabase(broken), /^Error: (It|Its) /);
  // Each byte changed once: an answer or an error.
  for (let at = 0; at < file.length; at++) {
    const changed = Buffer.from(file);
    changed[at] = 0x27 ^ (changed[at] ?? 0);
    try {
      const { placeOf } = openGeoDatabase(changed);
      for (const { network } of entries) placeOf(network.split('/', 1)[0] ?? '');
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});

test('a database is opened again when its file changes, and a broken or missing one is a problem that leaves the old one', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/city.mmdb`;
  const clock = fakeClock();
  const told: string[] = [];
  await using geo = await openGeoFile(path, { clock, telemetry: { noticed: (text) => void told.push(text) } });
  assert.equal(geo.placeOf('81.2.69.0'), null);
  assert.match(geo.problem() ?? '', /ENOENT/);
  /** Replaces the file, and waits for the look at it. */
  async function replace(content: Buffer | null): Promise<void> {
    if (content === null) rmSync(path);
    else {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    }
    await clock.advance(60_000);
    await geo.idle();
  }
  await replace(geoDatabaseFile(entries));
  assert.deepEqual([geo.placeOf('81.2.69.0'), geo.problem()], [inLondon, null]);
  await replace(Buffer.from('half of a file'));
  assert.deepEqual(geo.placeOf('81.2.69.0'), inLondon);
  assert.match(geo.problem() ?? '', /not in the MaxMind DB format/);
  await replace(geoDatabaseFile([{ network: '81.2.69.0/24', place: { country: { iso_code: 'FR' } } }]));
  assert.deepEqual([geo.placeOf('81.2.69.0'), geo.problem()], [{ country: 'FR' }, null]);
  await replace(null);
  assert.deepEqual(geo.placeOf('81.2.69.0'), { country: 'FR' });
  assert.match(geo.problem() ?? '', /ENOENT/);
  assert.equal(told.length, 3);
});

test('a collector that asks for it adds the place of the network of visitors, never of back ends, and keeps what the sender gave', async () => {
  await using server = await startTestServer({
    trustedProxies: ['127.0.0.1'],
    placeOf: openGeoDatabase(geoDatabaseFile(entries)).placeOf,
  });
  const { key } = await server.make('/collectors', { name: 'Shop', enrichment: { location: true } });
  const other = await server.make('/collectors', { name: 'Other' });
  const page = { origin: 'https://shop.example' };
  let count = 0;
  async function locationOf(context: object, headers: Record<string, string>, writeKey = key) {
    const track = JSON.stringify({
      type: 'track',
      event: 'e',
      userId: 'u',
      messageId: `m${count++}`,
      writeKey,
      context,
    });
    const { statusCode } = await server.call('POST', '/v1/track', track, { authorization: '', ...headers });
    assert.equal(statusCode, 200);
    const [newest] = await server.journal.log.events({ limit: 1 });
    return newest?.ext['location'];
  }
  assert.deepEqual(await locationOf({ ip: '81.2.69.160' }, {}), inLondon, 'a back end that names the visitor');
  assert.deepEqual(await locationOf({ ip: '81.2.69.160', location: { city: 'Own' } }, {}), { city: 'Own' });
  assert.equal(await locationOf({ ip: '81.2.69.160' }, {}, other.key), undefined);
  assert.deepEqual(await locationOf({}, { ...page, 'x-forwarded-for': '81.2.69.160' }), inLondon, 'a page');
  assert.equal(await locationOf({}, { 'x-forwarded-for': '81.2.69.160' }), undefined, 'a back end');
});
