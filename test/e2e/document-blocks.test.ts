import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { cli } from '../../src/cli/cli.testing.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/contract/secret.ts';
import { renderTemplate } from '../../src/render-template.ts';
import { adminToken, startTestApp, type TestApp } from '../support/app.ts';
import { type Block, commandsOf, documentBlocks } from '../support/document-blocks.ts';
import { eventually } from '../support/eventually.ts';

let app: TestApp;
/** The key of a collector. */
let key: string;
before(async () => {
  app = await startTestApp({ MILLRACE_INBOX: 'on' });
  ({ key } = await app.client.call('createCollector', { body: { name: 'Documents' } }));
  await writeFile(join(app.dir, 'crm.yaml'), blocks.find(({ name }) => name === 'docs/commands.md 2')?.text ?? '');
  await writeFile(join(app.dir, 'orders.tpl'), '{{! return JSON.stringify(it.data[0]); }}');
  await app.client.call('createAlert', {
    body: { name: 'On call', type: 'webhook', settings: { url: `${app.url}/inbox/alerts` } },
  });
});
after(() => app[Symbol.asyncDispose]());

/** Output, or what a program of others sends: it has the form of JSON. */
const output = async ({ text }: Block) => void JSON.parse(text);
/** A file of configuration that can be applied. */
const applied = async ({ name, text }: Block) => {
  const file = join(app.dir, `${name.replaceAll(/\W/g, '-')}.yaml`);
  await writeFile(file, text);
  await command('apply', file);
};

/** How each block is run, or the test or program that runs it. */
const ways: Readonly<Record<string, string | ((block: Block) => Promise<void>)>> = {
  'README.md 1': 'test/e2e/demo.test.ts',
  'README.md 2': 'test/faults/npm.test.ts',
  'README.md 3': firstDelivery,
  'README.md 4': 'README.md 3',
  'README.md 5': 'README.md 3',
  'docs/accounts.md 1': settings,
  'docs/actions.md 1': mapping,
  'docs/actions.md 2': abandonedCart,
  'docs/alerts.md 2': output,
  'docs/audit.md 1': output,
  'docs/audit.md 2': 'src/audit/chain.test.ts',
  'docs/audit.md 3': commands,
  'docs/client-languages.md 1': 'test/clients/generators.test.ts',
  'docs/client-python.md 1': 'test/clients/shipped-clients.test.ts',
  'docs/client-python.md 2': 'test/clients/shipped-clients.test.ts',
  'docs/client-typescript.md 1': 'test/clients/shipped-clients.test.ts',
  'docs/client-typescript.md 2': 'test/clients/shipped-clients.test.ts',
  'docs/cluster.md 1': 'test/e2e/postgres.test.ts',
  'docs/cluster.md 2': 'test/e2e/move.test.ts',
  'docs/commands.md 2': applied,
  'docs/commands.md 1': commands,
  'docs/commands.md 3': commands,
  // After the command that tests an alert of this name.
  'docs/alerts.md 1': applied,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [`docs/connecting.md ${n}`, 'test/e2e/examples.test.ts'])),
  'docs/data-collection.md 1': curl,
  'docs/installing.md 1': 'test/install/npm-package.ts',
  'docs/installing.md 2': 'test/install/debian-package.ts',
  'docs/installing.md 3': 'test/e2e/socket-activation.test.ts',
  'docs/installing.md 4': 'test/install/container-image.ts',
  'docs/npm-package.md 1': 'test/install/npm-package.ts',
  'docs/observability.md 1': output,
  'docs/performance.md 1': 'bench/bench.ts',
  'docs/privacy.md 1': commands,
  'docs/recipes.md 1': template,
  'docs/recipes.md 2': browserEvent,
  'docs/recipes.md 3': template,
  'docs/recipes.md 4': template,
  'docs/recipes.md 5': 'src/connections/signing.test.ts',
  'docs/secrets.md 1': settings,
  'docs/secrets.md 2': commands,
  'docs/sources/cloudevents.md 1': curl,
  'docs/sources/jitsu.md 1': 'src/intake/formats/sdk-captures.test.ts',
  'docs/sources/posthog.md 1': 'src/intake/formats/sdk-captures.test.ts',
  'docs/sources/rudderstack.md 1': 'src/intake/formats/sdk-captures.test.ts',
  'docs/sources/segment.md 1': 'src/intake/formats/sdk-captures.test.ts',
  'docs/sources/segment.md 2': 'src/intake/formats/sdk-captures.test.ts',
  'docs/sources/snowplow.md 1': 'src/intake/formats/sdk-captures.test.ts',
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`docs/sources/tag.md ${n}`, 'test/console/tag.test.ts'])),
  'docs/sources/enrichment.md 1': applied,
  'docs/sources/webhooks.md 1': applied,
  'docs/sources/webhooks.md 2': webhooks,
  'docs/upgrading.md 1': commands,
  'examples/README.md 1': 'test/e2e/examples.test.ts',
};

const blocks = documentBlocks();

test('each code block of the documents is run by a test', () => {
  assert.deepEqual(
    blocks.map(({ name }) => name).filter((name) => ways[name] === undefined),
    [],
    'add it to the list above',
  );
  for (const [name, by] of Object.entries(ways)) {
    assert.ok(
      blocks.some((block) => block.name === name),
      `${name} is no block any more`,
    );
    if (typeof by === 'string') assert.ok(by in ways || existsSync(new URL(`../../${by}`, import.meta.url)), by);
  }
});

for (const [name, run] of Object.entries(ways)) {
  const block = blocks.find((one) => one.name === name);
  if (typeof run === 'string' || block === undefined) continue;
  test(`what ${name} shows works`, () => run(block));
}

/** A text of a document, for the server of this test. */
const here = (text: string) =>
  text
    .replaceAll(/http:\/\/127\.0\.0\.1:8787|https:\/\/(?:collect\.example|millrace\.example\.com)/g, app.url)
    .replaceAll('THE-KEY', key);

async function shell(script: string): Promise<string> {
  const env = { PATH: process.env['PATH'], MILLRACE_ADMIN_TOKEN: adminToken };
  const { stdout } = await promisify(execFile)('bash', ['-euc', script], { env });
  return stdout;
}

async function firstDelivery() {
  const [set = '', send = '', check = ''] = [3, 4, 5].map(
    (n) => blocks.find(({ name }) => name === `README.md ${n}`)?.text ?? '',
  );
  const made = await shell(here(set.replace(/^export .*\n/, '')));
  const [, ownKey = ''] = /"key":"([^"]+)"/.exec(made) ?? [];
  await shell(here(send.replace('THE-KEY', ownKey)));
  const delivery = await eventually('the delivery', async () => {
    const { data } = await app.client.call('listDeliveries', { query: { status: 'delivered' } });
    return data[0];
  });
  const functions = set.split('\n').find((line) => line.startsWith('api() ')) ?? '';
  const shown = await shell(here(`${functions}\n${check.replace('EVENT-ID', delivery.eventId ?? '')}`));
  for (const text of [
    delivery.id,
    '{\\"order\\":\\"A-1\\",\\"total\\":49.9}',
    delivery.eventId ?? '',
    '"matched":true',
  ])
    assert.ok(shown.includes(text), `${text} in ${shown}`);
}

async function curl({ text }: Block) {
  const status = await shell(here(text.replace('curl -sS', "curl -sS -o /dev/null -w '%{http_code}'")));
  assert.match(status, /^2\d\d$/);
}

async function commands({ text }: Block) {
  const lines = commandsOf(text);
  assert.ok(lines.length > 0);
  for (const words of lines) {
    const files = words.map((word) =>
      word
        .replace(/^(?:\/backups\/)?([\w.]+\.(?:yaml|tpl|backup))$/, (_, file) => join(app.dir, file))
        .replace('…', '0'.repeat(57)),
    );
    // Beside the collector of this test there is that of the README.
    await command(...files, ...(words[0] === 'send' ? ['--collector', 'Documents'] : []));
  }
}

async function command(...words: string[]) {
  const env = { SMTP_PASSWORD: 'a-password', CRM_TOKEN: 'a-token', STRIPE_WEBHOOK_SECRET: 'whsec_a-secret' };
  const [url, token] = [app.url, new Secret(adminToken, '')];
  const { written, signal, run } = cli({ env, now: Date.now, settings: { url, adminToken: token, dataDir: app.dir } });
  signal.resolve('SIGINT');
  assert.equal(await run(...words), 0, `${words.join(' ')}: ${written.err}`);
}

async function settings({ text }: Block) {
  const secret = join(app.dir, 'oidc');
  await writeFile(secret, 'a-secret');
  const pairs = [...text.matchAll(/(MILLRACE_\w+)=(?:'([^']*)'|(\S+))/g)];
  assert.ok(pairs.length > 0);
  const env = Object.fromEntries(
    pairs.map(([, name = '', quoted, plain = '']) => [name, name.endsWith('_FILE') ? secret : (quoted ?? plain)]),
  );
  loadConfig({ flags: {}, env, now: Date.now() });
}

async function mapping({ text }: Block) {
  const { id } = await app.client.call('createConnection', { body: { name: 'M', baseUrl: 'https://m.example' } });
  const destination = await app.client.call('createDestination', {
    params: { id },
    body: { name: 'M', path: '/', status: 'enabled' },
  });
  await app.client.call('createAction', {
    body: {
      name: 'M',
      description: 'Mapped',
      destinations: [{ destinationId: destination.id, mapping: parse(text).mapping }],
    },
  });
}

async function webhooks({ text }: Block) {
  const settings = { ...parse(text).webhooks, secret: 'a-secret-of-the-sender' };
  await app.client.call('createCollector', { body: { name: 'W', formats: ['webhooks'], webhooks: settings } });
}

/** Runs a script of a page whose clock stands at `now` and counts its requests. */
function page(script: string, more: object = {}) {
  const sent: Promise<Response>[] = [];
  const state = { now: 0, tick: () => {}, sent };
  const kept = new Map<string, string>();
  runInNewContext(here(script), {
    localStorage: {
      setItem: (name: string, value: string) => kept.set(name, value),
      getItem: (name: string) => kept.get(name) ?? null,
      removeItem: (name: string) => kept.delete(name),
    },
    Date: { now: () => state.now },
    setInterval: (tick: () => void) => {
      state.tick = tick;
    },
    fetch: (url: string, init: RequestInit) => sent.push(fetch(url, init)),
    state,
    ...more,
  });
  return state;
}

async function abandonedCart({ text }: Block) {
  const script = text.replaceAll(/<\/?script>/g, '');
  const cart = "cartChanged({ visitor: 'v-1', email: 'v@shop.example', value: 120.9 });";
  const shop = page(`${script}\n${cart}`);
  shop.tick();
  assert.equal(shop.sent.length, 0);
  shop.now = 31 * 60_000;
  shop.tick();
  shop.tick();
  const statuses = await Promise.all(shop.sent.map(async (one) => (await one).status));
  assert.deepEqual(statuses, [200]);
}

async function browserEvent({ text }: Block) {
  const { sent } = page(text, { email: 'v@shop.example' });
  assert.equal((await sent[0])?.status, 200);
}

async function template({ text }: Block) {
  const data = [{ product: 'Kettle <!channel>', total: 49.9, email: ' V@Shop.example ' }];
  const result = await renderTemplate({ template: text, data, contentType: 'application/json', escape: 'auto' });
  assert.ok(result.kind === 'body', JSON.stringify(result));
  JSON.parse(result.body);
  if (text.includes('"text"')) assert.ok(!result.body.includes('<!'));
}
