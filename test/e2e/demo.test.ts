import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { runProcess, spawnProcess } from '../support/process.ts';

/** A folder for temporary files, so that what the demo leaves behind would be seen. */
function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-e2e-demo-'));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('the demo delivers what its shop does, and Ctrl-C ends it in order with nothing left behind', async (t) => {
  const dir = folder(t);
  await using demo = spawnProcess({ TMPDIR: dir }, ['demo', '--port', '0', '--rate', '50']);
  await eventually('a delivery', () => /events \d+ .* delivered [1-9]/.test(demo.stdout()));
  assert.deepEqual(await demo.end('SIGINT'), { code: 0, signal: null });
  const [, events, delivered] = /\n(\d+) events, \d+ matches, (\d+) delivered, 0 failed\.\n$/.exec(demo.stdout()) ?? [];
  assert.ok(Number(events) >= Number(delivered) && Number(delivered) >= 1, demo.stdout());
  assert.equal(demo.stderr(), '');
  assert.deepEqual(readdirSync(dir), []);
});

test('the demo of a cluster accepts and delivers events after the death of a node, which starts again', async (t) => {
  const dir = folder(t);
  chmodSync(dir, 0o711); // PostgreSQL runs as another user when this one is root
  await using demo = spawnProcess({ TMPDIR: dir }, ['demo', '--cluster', '--port', '0', '--rate', '50']);
  const delivered = () => Number(/.* delivered (\d+)/s.exec(demo.stdout())?.[1] ?? 0);
  await eventually('a delivery', () => delivered() > 0, { state: () => demo.stdout() + demo.stderr() });
  const [, pid] = /Node a .*kill -9 (\d+)/.exec(demo.stdout()) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  await eventually('its end', () => demo.stdout().includes('Node a has ended'));
  const before = delivered();
  await eventually('deliveries of the other node', () => delivered() > before + 5, { state: demo.stdout });
  await eventually('its next start', () => demo.stdout().includes('Node a is back'), { state: demo.stdout });
  assert.deepEqual(await demo.end('SIGINT'), { code: 0, signal: null });
  assert.match(demo.stdout(), /\n\d+ events acknowledged, [1-9]\d* delivered, 0 failed\.\n$/);
  assert.equal(demo.stderr(), '');
  assert.deepEqual(readdirSync(dir), []);
});

test('PostgreSQL of a cluster demo ends when the demo is killed', async (t) => {
  const dir = folder(t);
  chmodSync(dir, 0o711);
  await using demo = spawnProcess({ TMPDIR: dir }, ['demo', '--cluster', '--port', '0']);
  await eventually('its start', () => demo.stdout().includes('Ctrl-C'), { state: () => demo.stdout() + demo.stderr() });
  const [own = ''] = readdirSync(dir);
  const [pid] = readFileSync(join(dir, own, 'data/postmaster.pid'), 'utf8').split('\n');
  await demo.end('SIGKILL');
  const isGone = () => {
    try {
      return !process.kill(Number(pid), 0);
    } catch {
      return true;
    }
  };
  await eventually('its end', isGone);
});

test('Ctrl-C while the demo of a cluster starts ends it in order', async (t) => {
  const dir = folder(t);
  chmodSync(dir, 0o711);
  await using demo = spawnProcess({ TMPDIR: dir }, ['demo', '--cluster', '--port', '0']);
  await eventually('a node', () => readdirSync(dir).some((own) => readdirSync(join(dir, own)).includes('node-a.log')));
  assert.deepEqual(await demo.end('SIGINT'), { code: 0, signal: null });
  assert.equal(demo.stderr(), '');
  assert.deepEqual(readdirSync(dir), []);
});

test('the demo takes the token that the environment gives', async (t) => {
  const token = 'a-token-of-the-environment';
  const { stdout } = await runProcess({ TMPDIR: folder(t), MILLRACE_ADMIN_TOKEN: token }, [
    'demo',
    '--port',
    '0',
    '--for',
    '1',
  ]);
  assert.match(stdout, new RegExp(`/welcome#token=${token} `));
});

test('on a folder of its own the demo goes on with what it made before', async (t) => {
  const args = ['demo', '--port', '0', '--for', '1', '--data-dir', join(folder(t), 'data')];
  const keyIn = ({ stdout }: { stdout: string }) => /\/v3\/(\w+)/.exec(stdout)?.[1];
  const first = keyIn(await runProcess({}, args));
  assert.ok(first);
  assert.equal(keyIn(await runProcess({}, args)), first);
});
