import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { ConfigError, loadConfig } from './load.ts';

const now = Date.UTC(2025, 0, 1);
const load = (env: Record<string, string>, flags: Record<string, string> = {}) => loadConfig({ flags, env, now });

function file(t: TestContext, content: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-config-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'millrace.yaml');
  writeFileSync(path, content);
  return path;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.ok(!error.message.includes('\n'), 'one line');
    return error.message;
  }
  assert.fail('was accepted');
}

test('without any source every setting has its default', () => {
  const config = load({ HOME: '/root' });
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 8787);
  assert.equal(config.retentionBytes, null);
  assert.equal(config.inbox, 'auto');
  assert.equal(config.adminToken, null);
  assert.deepEqual(config.dnsServers, []);
});

test('a flag beats the environment, which beats its _FILE, which beats the YAML file', (t) => {
  const yaml = file(t, 'port: 1\nhost: yaml\nretentionDays: 3\ndataDir: /yaml\n');
  const dataDir = file(t, '/from/file\n');
  const env = { MILLRACE_PORT: '2', MILLRACE_HOST: 'env', MILLRACE_DATA_DIR_FILE: dataDir, MILLRACE_CONFIG: yaml };
  const config = load(env, { port: '3' });
  assert.equal(config.port, 3);
  assert.equal(config.host, 'env');
  assert.equal(config.dataDir, '/from/file');
  assert.equal(config.retentionDays, 3);
});

test('a preset applies where no source sets a value', (t) => {
  const yaml = file(t, 'host: yaml\n');
  const presets = { port: '9', host: 'preset', dataDir: '/preset' };
  const config = loadConfig({ flags: { port: '3' }, env: { MILLRACE_CONFIG: yaml }, presets, now });
  assert.deepEqual([config.port, config.host, config.dataDir], [3, 'yaml', '/preset']);
});

test('sizes and durations take units', () => {
  const config = load({
    MILLRACE_RETENTION_BYTES: '2GiB',
    MILLRACE_DISK_RESERVE_BYTES: '1000000',
    MILLRACE_SHUTDOWN_MS: '5s',
    MILLRACE_RETENTION_DAYS: '30d',
  });
  assert.equal(config.retentionBytes, 2 * 2 ** 30);
  assert.equal(config.diskReserveBytes, 1_000_000);
  assert.equal(config.shutdownMs, 5_000);
  assert.equal(config.retentionDays, 30);
});

test('switches read true, false, 1, 0, on and off only', () => {
  for (const word of ['true', '1', 'on', 'ON']) assert.equal(load({ MILLRACE_INBOX: word }).inbox, true);
  for (const word of ['false', '0', 'off']) assert.equal(load({ MILLRACE_INBOX: word }).inbox, false);
  assert.match(
    refusal(() => load({ MILLRACE_INBOX: 'yes' })),
    /^MILLRACE_INBOX must be on, off or auto/,
  );
});

test('values out of bounds are refused with the bounds', () => {
  for (const [name, value] of [
    ['MILLRACE_PORT', '65536'],
    ['MILLRACE_PORT', '-1'],
    ['MILLRACE_PORT', '1.5'],
    ['MILLRACE_PORT', '0x10'],
    ['MILLRACE_RETENTION_DAYS', '0'],
    ['MILLRACE_RETENTION_BYTES', '10 parsecs'],
    ['MILLRACE_LOG_LEVEL', 'loud'],
    ['MILLRACE_PUBLIC_URL', 'ftp://x'],
    ['MILLRACE_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['MILLRACE_DNS_SERVERS', '192.0.2.1:53, dns.example'],
    ['MILLRACE_DATABASE_URL', 'mysql://x'],
  ] as const) {
    assert.match(
      refusal(() => load({ [name]: value })),
      new RegExp(`^${name} must be `),
    );
  }
});

test('the variable for the token of client libraries, which is no setting, is none that is refused', () => {
  assert.doesNotThrow(() => load({ MILLRACE_TOKEN: 'x' }));
});

test('an unknown variable or YAML key is refused and the nearest known one is suggested', (t) => {
  assert.equal(
    refusal(() => load({ MILLRACE_PROT: '1' })),
    'MILLRACE_PROT is not a setting. Did you mean MILLRACE_PORT?',
  );
  const path = file(t, 'datadir: x\n');
  assert.equal(
    refusal(() => load({}, { config: path })),
    `datadir in ${path} is not a setting. Did you mean dataDir?`,
  );
  assert.match(
    refusal(() => load({ MILLRACE_SOMETHING_ELSE: '1' })),
    /lists all settings/,
  );
});

test('broken YAML, a missing file and a list of lists are refused in one line', (t) => {
  for (const content of ['port: [', '- 1', 'host: {a: 1}', 'dnsServers: [[1]]', 'port: 1\nport: 2\n']) {
    const path = file(t, content);
    assert.ok(refusal(() => load({}, { config: path })).includes(path));
  }
  assert.match(
    refusal(() => load({ MILLRACE_CONFIG: '/nowhere' })),
    /can't be read \(ENOENT\)/,
  );
  assert.match(
    refusal(() => load({ MILLRACE_HOST_FILE: '/nowhere' })),
    /can't be read \(ENOENT\)/,
  );
});

test('lists can be comma-separated or YAML lists', (t) => {
  const config = load(
    { MILLRACE_TRUSTED_PROXIES: '10.0.0.1, fd00::/8,' },
    { config: file(t, 'dnsServers: [192.0.2.1, "[2001:db8::1]:53"]\n') },
  );
  assert.deepEqual(config.trustedProxies, ['10.0.0.1', 'fd00::/8']);
  assert.deepEqual(config.dnsServers, ['192.0.2.1', '[2001:db8::1]:53']);
});

test('secrets are never printed, not even wrong ones', () => {
  const good = 'correct-horse-battery-staple';
  const config = load({ MILLRACE_ADMIN_TOKEN: good });
  assert.equal(config.adminToken?.reveal(), good);
  assert.ok(!inspect(config, { depth: 5 }).includes(good) && !JSON.stringify(config).includes(good));
  assert.ok(!refusal(() => load({ MILLRACE_ADMIN_TOKEN: 'too-short' })).includes('too-short'));
  assert.ok(!refusal(() => load({ MILLRACE_SECRET_KEY: 'bm90IDMy' })).includes('bm90IDMy'));
});

test('a variable and its _FILE together are refused, an empty variable counts as absent', (t) => {
  const env = { MILLRACE_HOST: 'a', MILLRACE_HOST_FILE: file(t, 'b') };
  assert.equal(
    refusal(() => load(env)),
    'Set MILLRACE_HOST or MILLRACE_HOST_FILE, not both.',
  );
  assert.equal(load({ MILLRACE_HOST: '' }).host, '127.0.0.1');
});
