import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { settingFlags } from '../config/names.ts';
import { AppError } from '../contract/errors.ts';
import { Secret } from '../contract/secret.ts';
import { cli } from './cli.testing.ts';
import { stopInTime } from './commands/start.ts';
import type { Flags } from './program.ts';

function file(t: TestContext, content: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'file');
  writeFileSync(path, content);
  return path;
}

test('a wrong command line ends with 2 and one helpful line', async () => {
  for (const argv of [
    ['strat'],
    ['start', '--data-dri', 'x'],
    ['deliveries', 'list', '--limit', 'x'],
    ['send', 'x'],
    ['stats', 'x'],
    ['audit', 'list', '--act', 'fly'],
    ['roles', 'create', 'Pilots', '--right', 'planes:fly'],
    ['users', 'change', 'mara@shop.example'],
    ['audit', 'verify', '--head', '7'],
  ]) {
    const { written, ...one } = cli();
    assert.equal(await one.run(...argv), 2, argv.join(' '));
    assert.match(written.err, /^millrace: .+\n(\(Did you mean .+\)\n)?$/, argv.join(' '));
    assert.equal(written.out, '');
  }
});

test('help names every command and ends with 0', async () => {
  const { written, ...one } = cli();
  assert.equal(await one.run('--help'), 0);
  for (const command of ['start', 'demo', 'send', 'template', 'connections', 'destinations', 'actions', 'behaviors']) {
    assert.match(written.out, new RegExp(`\n  ${command} `));
  }
  for (const command of [
    'collectors',
    'plan',
    'apply',
    'export',
    'deliveries',
    'replays',
    'stats',
    'users',
    'roles',
    'tokens',
    'audit',
    'doctor',
    'backup',
    'restore',
    'version',
  ]) {
    assert.match(written.out, new RegExp(`\n  ${command} `));
  }
});

test('the help of each command fits on a screen, with the settings that concern it', async () => {
  const help = async (...argv: string[]) => {
    const { written, ...one } = cli({ flags: settingFlags() });
    assert.equal(await one.run(...argv, '--help'), 0);
    return written.out;
  };
  const groups: string[][] = [[]];
  for (const group of groups) {
    const text = await help(...group);
    assert.ok(text.split('\n').length <= (group.length === 0 ? 60 : 45), text);
    const [, commands = ''] = text.split('\nCommands:\n');
    for (const [, name = ''] of commands.matchAll(/^ {2}([a-z-]+)/gm))
      if (name !== 'help') groups.push([...group, name]);
  }
  assert.ok(groups.length > 100, String(groups.length));
  const settingsIn = (text: string) => [...text.matchAll(/^ {2}--([a-z-]+) /gm)].map(([, name]) => name);
  assert.deepEqual(settingsIn(await help('backup')), ['data-dir', 'version', 'config', 'url', 'token', 'output']);
  assert.match(await help('secrets', 'rotate'), /--data-dir .*\n(?:.*\n)*? {2}--secret-key /);
  const start = await help('start');
  assert.match(start, / --inbox \[on\|off\|auto\] /);
  assert.match(start, /docs\/configuration\.md.*MILLRACE_/s, 'where all settings are, and their other spelling');
  assert.match(start, /millrace settings show/);
});

test('flags reach the configuration by name; a switch needs no value', async () => {
  const seen: Flags[] = [];
  const one = cli({ configure: (flags) => void seen.push(flags) });
  await one.run('backup', 'f', '--data-dir', '/x', '--inbox', '--token', 't', '--config', 'c.yaml');
  await one.run('--url', 'http://u', 'backup', 'f', '--inbox', 'off');
  assert.deepEqual(seen, [
    { dataDir: '/x', inbox: 'on', adminToken: 't', config: 'c.yaml' },
    { inbox: 'off', url: 'http://u' },
  ]);
});

test('an invalid configuration ends with 2 and one line', async () => {
  const { written, ...one } = cli({
    configure() {
      throw new Error('MILLRACE_PORT must be a whole number.');
    },
  });
  assert.equal(await one.run('start'), 2);
  assert.equal(written.err, 'millrace: MILLRACE_PORT must be a whole number.\n');
});

test('a start whose database is not available says why', async () => {
  const { written, ...one } = cli({
    async start() {
      throw new AppError('unavailable', 'The database does not respond.', { cause: new Error('too many connections') });
    },
  });
  assert.equal(await one.run('start'), 1);
  assert.equal(written.err, 'millrace: The database does not respond. (too many connections)\n');
});

test('start runs until a signal, then stops the server and ends with 0', async () => {
  const order: string[] = [];
  const one = cli({
    start: async () => {
      order.push('started');
      one.signal.resolve('SIGTERM');
      return {
        url: 'http://x',
        telemetry: {
          stopping: ({ signal }) => void order.push(`stopping for ${signal}`),
          stopped: () => void order.push('stopped'),
          flush: () => void order.push('flushed'),
        },
        async [Symbol.asyncDispose]() {
          order.push('disposed');
        },
      };
    },
  });
  assert.equal(await one.run('start'), 0);
  assert.deepEqual(order, ['started', 'stopping for SIGTERM', 'disposed', 'stopped', 'flushed']);
});

test("a server that can't start ends with 1 and one line", async () => {
  const { written, ...one } = cli({
    start: async () => {
      throw new Error('./data is in use by another Millrace.');
    },
  });
  assert.equal(await one.run('start'), 1);
  assert.equal(written.err, 'millrace: ./data is in use by another Millrace.\n');
});

test("an address that can't be listened on is explained, with a remedy", async () => {
  for (const [code, words, syscall = 'listen'] of [
    ['EADDRINUSE', 'is in use; choose another port with --port.'],
    ['EADDRNOTAVAIL', 'is not an address of this machine; choose another one with --host.'],
    ['ENOTFOUND', 'is not an address of this machine; choose another one with --host.', 'getaddrinfo'],
  ]) {
    const { written, ...one } = cli({
      start: async () => {
        throw Object.assign(new Error(`${syscall} ${code}`), { code, syscall, hostname: '127.0.0.1' });
      },
    });
    assert.equal(await one.run('start'), 1);
    assert.equal(written.err, `millrace: 127.0.0.1:0 ${words}\n`);
  }
});

test('a stop that takes too long ends the command with an error', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stopping = stopInTime({ [Symbol.asyncDispose]: () => new Promise(() => {}) }, 30_000);
  t.mock.timers.tick(30_000);
  await assert.rejects(stopping, /Could not stop within 30000 ms/);
});

test('commands that need a server end with 4 when none responds', async () => {
  for (const argv of [
    ['connections', 'list'],
    ['deliveries', 'list'],
    ['send', '--key', 'k', 'a=b'],
  ]) {
    const { written, ...one } = cli();
    assert.equal(await one.run(...argv), 4, argv.join(' '));
    assert.match(written.err, /^millrace: No server responds at http:\/\/127\.0\.0\.1:1/);
  }
});

test('template check names line and column, and ends with 1 when it does not compile', async (t) => {
  const good = cli();
  assert.equal(await good.run('template', 'check', file(t, '{{! return JSON.stringify(it.data[0]); }}')), 0);
  assert.match(good.written.out, /: ok\n$/);
  const bad = cli({ stdin: 'a\n{{ it.data[ }}' });
  assert.equal(await bad.run('template', 'check', '-'), 1);
  assert.match(bad.written.out, /^-:2:\d+ error: /);
});

test('template render takes records from a file and prints the body', async (t) => {
  const { written, ...one } = cli();
  assert.equal(await one.run('template', 'render', file(t, 'x'), '--data', file(t, '{"a": 1}')), 0);
  assert.equal(written.out, '[{"a":1}]\n');
});

test('the doctor ends with 1 when there is a problem, such as a port in use', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  t.after(() => taken.close());
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { written, ...ill } = cli({ settings: { port } });
  assert.equal(await ill.run('doctor'), 1);
  assert.match(written.out, /PROBLEM +port +127\.0\.0\.1:\d+ is in use/);
  const well = cli({ findings: [{ name: 'database', state: 'ok', detail: 'version 1' }] });
  assert.equal(await well.run('doctor'), 0);
  assert.match(well.written.out, /ok +database +version 1\n/);
  const shared = cli({ settings: { databaseUrl: new Secret('postgres://a@b/c', '') } });
  assert.equal(await shared.run('doctor'), 0);
  const checks = (text: string) => [...text.matchAll(/^ok +(\w+)/gm)].map(([, check]) => check);
  assert.deepEqual(checks(shared.written.out), ['node', 'clock', 'port']);
  assert.deepEqual(checks(well.written.out), ['node', 'clock', 'folder', 'disk', 'database', 'port']);
});

test('backup and restore work on the data folder; restore overwrites only when forced', async () => {
  const { done, ...one } = cli();
  await one.run('backup', 'b');
  await one.run('restore', 'b');
  await one.run('restore', 'b', '--force', '--hold');
  assert.deepEqual(done, ['backup b', 'restore b false false', 'restore b true true']);
});

test('with PostgreSQL, backup and restore name its own commands in one line, and do nothing', async () => {
  const { done, written, ...one } = cli({ settings: { databaseUrl: new Secret('postgres://a:b@c/d', '') } });
  assert.equal(await one.run('backup', 'b'), 2);
  assert.match(written.err, /^millrace: [^\n]+ pg_dump --format=custom --file=b "\$MILLRACE_DATABASE_URL"\n$/);
  assert.equal(await one.run('restore', 'b'), 2);
  assert.match(written.err, /\n[^\n]+ pg_restore [^\n]+ b && millrace start --held\n$/);
  assert.deepEqual(done, []);
});

test('move prints what was read and stored of each kind; --undo says where the data went', async () => {
  const { done, written, ...one } = cli();
  assert.equal(await one.run('move', '--to', 'postgres://c/d'), 0);
  assert.match(
    written.out,
    /^KIND +READ +CHECKSUM +STORED +CHECKSUM\nevents +2 +0f +2 +0f\nmoved to postgres:\/\/c\/d; /,
  );
  assert.equal(await one.run('move', '--undo'), 0);
  assert.match(written.out, /Do not start postgres:\/\/db\/millrace too\.\n$/);
  assert.equal(await one.run('move'), 2);
  assert.deepEqual(done, ['move postgres://c/d']);
});

test('version is one line, or structured data', async () => {
  const { written, ...one } = cli();
  assert.equal(await one.run('version'), 0);
  assert.equal(await one.run('version', '--output', 'json'), 0);
  const [line = '', ...json] = written.out.split('\n');
  assert.match(line, /^millrace 9\.9\.9 \(Node\.js 24\./);
  assert.equal(JSON.parse(json.join('\n')).version, '9.9.9');
});

test('audit verify checks the data folder or a named file, and ends with 1 when the trail is broken', async () => {
  const hash = 'a'.repeat(64);
  const whole = cli({ verdict: { ok: true, count: 2, first: 3, head: { number: 4, hash } } });
  assert.equal(await whole.run('audit', 'verify'), 0);
  assert.equal(whole.written.out, `ok: 2 entries from number 3, head 4:${hash}\n`);
  assert.equal(await whole.run('audit', 'verify', 'copy.db', '--head', `3:${hash}`, `4:${hash}`), 0);
  assert.deepEqual(whole.done, [
    'verify null []',
    `verify copy.db [{"number":3,"hash":"${hash}"},{"number":4,"hash":"${hash}"}]`,
  ]);
  const broken = cli({ verdict: { ok: false, number: 7, problem: 'its hash does not match its content' } });
  assert.equal(await broken.run('audit', 'verify'), 1);
  assert.match(broken.written.err, /^millrace: The audit trail is broken at entry 7: its hash[^\n]+\n$/);
});

test('secrets rotate prints progress and result, and ends with 1 when it did not finish', async () => {
  const rotation = { state: 'done', startedAt: '', finishedAt: '', done: 2, total: 2, error: null } as const;
  const whole = cli({ rotation });
  assert.equal(await whole.run('secrets', 'rotate', '--offline', '--new-key'), 0);
  assert.deepEqual([whole.done, whole.written.err], [['rotate true'], '1 of 2 …\n']);
  assert.match(whole.written.out, /^encrypted with key new: 2 stored bodies\nneeded only by backups: old [^\n]+\n$/);
  const failed = cli({ rotation: { ...rotation, state: 'failed', error: 'It could not go on.' } });
  assert.equal(await failed.run('secrets', 'rotate', '--offline'), 1);
  assert.match(failed.written.err, /\nmillrace: It could not go on\.\n$/);
  assert.equal(await cli().run('secrets', 'rotate', '--offline'), 1, 'a restarted server has no rotation');
});
