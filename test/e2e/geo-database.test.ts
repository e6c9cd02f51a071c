import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { geoDatabaseFile } from '../../src/intake/enrichment/geo/geo-database.testing.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { startTestApp } from '../support/app.ts';

test('events have the place of their visitor from the database of the operator, and a broken one is a problem that refuses nothing', async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/city.mmdb`;
  writeFileSync(path, geoDatabaseFile([{ network: '81.2.69.0/24', place: { country: { iso_code: 'GB' } } }]));
  await using app = await startTestApp({ MILLRACE_GEO_DATABASE: path });
  const { key } = await app.client.call('createCollector', { body: { name: 'Shop', enrichment: { location: true } } });
  async function send(messageId: string): Promise<unknown> {
    const track = {
      type: 'track',
      event: 'Order',
      userId: 'u',
      messageId,
      writeKey: key,
      context: { ip: '81.2.69.7' },
    };
    const response = await fetch(`${app.url}/v1/track`, { method: 'POST', body: JSON.stringify(track) });
    assert.equal(response.status, 200);
    const { data } = await app.client.call('listEvents', { query: { limit: 1 } });
    return data[0]?.ext?.['location'];
  }
  const problems = async () => Object(await (await app.fetch('/readyz?verbose')).json());
  assert.deepEqual(await send('1'), { country: 'GB' });
  assert.deepEqual(await problems(), { status: 'ready', problems: {} });
  writeFileSync(path, 'no database');
  await app.restart();
  assert.equal(await send('2'), undefined);
  const { status, problems: found } = await problems();
  assert.equal(status, 'ready');
  assert.match(found.geo_database, /MaxMind DB format/);
});
