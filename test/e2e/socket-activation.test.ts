import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { programFile } from '../../scripts/bundle.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, type Process, spawnProcess } from '../support/process.ts';

const manager = fileURLToPath(new URL('../support/socket-unit.cjs', import.meta.url));
const command = ['--disable-warning=ExperimentalWarning', programFile(), 'start'];

/** The environment of a service manager, which chooses the port unless one is given. */
function managed(folder: string, given: Record<string, string> = {}): Record<string, string> {
  const { MILLRACE_PORT: _, ...rest } = environment(folder);
  return { PATH: process.env['PATH'] ?? '', ...rest, MILLRACE_LOG_LEVEL: 'info', ...given };
}

/** The program that it runs now. */
function programOf({ pid }: Process): number {
  return Number(/^\d+/.exec(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))?.[0]);
}

/** A service manager that ends together with its program. */
function startManager(env: Record<string, string>): Process {
  const unit = spawnProcess(env, [process.execPath, ...command], { program: manager });
  return {
    ...unit,
    async [Symbol.asyncDispose]() {
      const program = programOf(unit);
      process.kill(unit.pid, 'SIGKILL');
      if (program > 0) process.kill(program, 'SIGKILL');
      await unit.exited;
    },
  };
}

test('a restart behind a socket of systemd refuses no connection', async () => {
  using folder = temporaryFolder();
  await using unit = startManager(managed(folder.path));
  const starts = () => unit.stdout().split('"msg":"listening"').length - 1;
  const url = await unit.listening;
  const client = adminClient(url);
  const { key } = await client.call('createCollector', { body: { name: 'Shop' } });

  let isOver = false;
  const failures: unknown[] = [];
  let sent = 0;
  async function sender(name: string) {
    // A connection each, as many of a web server's visitors have.
    const agent = new Agent({ keepAlive: false });
    for (let i = 0; !isOver; i++) {
      sent += 1;
      const event = { 'wt.ev': 'View', 'wt.dcsvid': `${name}-${i}`, 'wt.event_id': `${name}-${i}` };
      const status = await post(`${url}/v3/${key}`, JSON.stringify({ events: [event] }), agent).catch((error) => error);
      if (status !== 200) failures.push(status);
    }
  }
  const senders = ['a', 'b', 'c'].map(sender);
  await eventually('events', () => sent > 20);
  process.kill(programOf(unit), 'SIGTERM');
  await eventually('the next start', () => starts() === 2);
  const before = sent;
  await eventually('events after the restart', () => sent > before + 20);
  isOver = true;
  await Promise.all(senders);
  assert.deepEqual(failures, []);
});

test('a socket that listens elsewhere than the settings say is refused, since what needs no token follows them', async () => {
  using folder = temporaryFolder();
  const env = managed(folder.path, { MILLRACE_PORT: '9' });
  await using unit = startManager(env);
  await eventually('a refusal', () => unit.stderr().includes('and the settings say 127.0.0.1:9: make them the same.'));
});

function post(url: string, body: string, agent: Agent): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  request(url, { method: 'POST', agent }, (response) => {
    response.resume().on('end', () => resolve(response.statusCode));
  })
    .on('error', reject)
    .end(body);
  return promise;
}
