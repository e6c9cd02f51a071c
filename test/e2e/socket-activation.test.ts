import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment } from '../support/process.ts';
import { programOf, startManager } from '../support/socket-unit.ts';

test('a restart behind a socket of systemd refuses no connection', async () => {
  using folder = temporaryFolder();
  await using unit = startManager(environment(folder.path));
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
  await using unit = startManager({ ...environment(folder.path), MILLRACE_PORT: '9' }, '0');
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
