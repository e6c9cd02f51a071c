import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { adminToken, startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { runProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const examples = new URL('../../examples/', import.meta.url);
const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());

for (const { name } of folders) {
  test(`the example ${name} delivers what it says`, async () => {
    await using app = await startTestApp();
    await using receiver = await startReceiver();
    const file = (one: string) => fileURLToPath(new URL(`${name}/${one}`, examples));
    const read = (one: string) => readFileSync(file(one), 'utf8');

    const env = { MILLRACE_URL: app.url, MILLRACE_ADMIN_TOKEN: adminToken, CRM_URL: receiver.url };
    const applied = await runProcess(env, ['apply', file('millrace.yaml')]);
    assert.equal(applied.code, 0, applied.stderr);
    const again = await runProcess(env, ['apply', file('millrace.yaml')]);
    assert.doesNotMatch(again.stdout, /^(created|changed) /m, 'a second time changes nothing');

    const { data } = await app.client.call('listCollectors', { query: { name: 'Examples' } });
    const sent = await app.fetch(`/v3/${data[0]?.key}`, { method: 'POST', body: read('events.json') });
    assert.equal(sent.status, 200);

    const finished = await eventually('all deliveries are finished', async () => {
      const page = await app.client.call('listDeliveries', { query: {} });
      return page.data.length > 0 && page.data.every((one) => one.finishedAt !== null) ? page.data : undefined;
    });
    assert.ok(finished.every((one) => one.status === 'delivered' || one.reason === 'template_skipped'));
    assert.deepEqual(
      receiver.requests.map((request) => JSON.parse(String(request.body))),
      JSON.parse(read('expected.json')),
    );
  });
}

test('the configurations of docs/connecting.md can be applied', async () => {
  await using app = await startTestApp();
  const text = readFileSync(new URL('../../docs/connecting.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)];
  assert.ok(blocks.length > 4);
  const names = blocks.map((_, at) => join(app.dir, `${at}.yaml`));
  for (const [at, [, block = '']] of blocks.entries()) await writeFile(names[at] ?? '', block);
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const secrets = {
    SALESFORCE_KEY: privateKey,
    BANK_KEY: privateKey,
    DIRECTUS_PASSWORD: 'a-password',
    PARSE_PASSWORD: 'a-password',
    PARSE_APP_ID: 'an-application',
    POSTMARK_TOKEN: 'a-postmark-token',
    CONVERSIONS_TOKEN: 'a-token',
  };
  const applied = await runProcess({ MILLRACE_URL: app.url, MILLRACE_ADMIN_TOKEN: adminToken, ...secrets }, [
    'apply',
    ...names,
  ]);
  assert.deepEqual([applied.code, applied.stderr], [0, '']);
});
