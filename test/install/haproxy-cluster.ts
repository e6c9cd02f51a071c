import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathOf } from '../../scripts/debian-programs.ts';
import { Missing, type Part } from '../../scripts/parts.ts';
import { registryPrograms } from '../../src/cli/demo/cluster/registry-postgres.ts';
import { startServer } from '../../src/postgres/testing/server.testing.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { nodeDatabase } from '../support/node-database.ts';
import { adminClient, adminToken, environment, spawnProcess } from '../support/process.ts';
import { firstDelivery, ready } from './first-delivery.ts';
import { outputOf } from './proxies.ts';
import { startSenders } from './senders.ts';

const file = fileURLToPath(new URL('../../deploy/proxies/haproxy-cluster.cfg', import.meta.url));
/** Longer than HAProxy takes to hear that a node stops. */
const drainMs = 3_000;

/** The configuration of the documentation, with real requests. */
export const behindHaproxyCluster: Record<string, Part> = {
  'two nodes behind HAProxy share events, keep a session, and lose no event when one is killed and the other one stops':
    async (folder) => {
      const program = pathOf('haproxy');
      needsPostgres();
      await using opened = new AsyncDisposableStack();
      const database = await nodeDatabase(opened.use(await startServer()), 'behind_haproxy');
      const [front, one, two] = [await freePort(), await freePort(), await freePort()];
      const url = `http://127.0.0.1:${front}`;
      const start = (name: string, port: number) => {
        const env = { MILLRACE_NODE_NAME: name, MILLRACE_PORT: String(port), MILLRACE_DRAIN_MS: String(drainMs) };
        const more = { MILLRACE_INBOX: 'on', MILLRACE_TRUSTED_PROXIES: '127.0.0.1' };
        return opened.use(spawnProcess({ ...environment(join(folder, name)), ...database, ...more, ...env }));
      };
      let first = start('one', one);
      const second = start('two', two);
      await Promise.all([first.listening, second.listening]);

      writeFileSync(join(folder, 'configuration'), adapted({ front, one, two }));
      const haproxy = spawn(program, ['-db', '-f', join(folder, 'configuration')], { stdio: 'pipe' });
      const said = outputOf(haproxy);
      const ended = once(haproxy, 'close');
      opened.defer(async () => {
        haproxy.kill('SIGTERM');
        await ended;
      });
      await ready(url, said);
      for (const port of [one, two]) await ready(`http://127.0.0.1:${port}`, said);

      // At one node: another one hears of the configuration half a second later.
      await firstDelivery(`http://127.0.0.1:${one}`);
      const client = adminClient(url);
      const { key, id } = await client.call('createCollector', { body: { name: 'Load' } });
      const cookie = await signedIn(url);
      const isSignedIn = async () => {
        const response = await fetch(`${url}/api/v1/me`, { headers: { cookie } });
        return response.ok && (await response.text()).includes('ada@example.com');
      };
      assert.ok(await isSignedIn());

      const senders = startSenders((body) =>
        fetch(`${url}/v3/${key}`, { method: 'POST', body }).then(
          async (response) => response.arrayBuffer().then(() => response.status),
          (error: Error) => String(error.cause),
        ),
      );
      const more = async (what: string) => {
        const before = senders.taken.size;
        await eventually(what, () => senders.taken.size > before + 50, { state: () => [...senders.statuses, said()] });
      };
      await more('events');
      for (const port of [one, two]) await eventually('events at each node', async () => (await accepted(port)) > 20);

      await first.end('SIGKILL');
      await more('events after the kill');
      assert.ok(await isSignedIn());
      first = start('one', one);
      await first.listening;
      await ready(`http://127.0.0.1:${one}`, () => first.stdout());
      await eventually('events at the node that is back', async () => (await accepted(one)) > 20);

      const before = new Map(senders.statuses);
      assert.equal((await second.end('SIGTERM')).code, 0);
      await more('events after the stop');
      assert.ok(await isSignedIn());
      await senders.end();
      console.log(JSON.stringify(Object.fromEntries(senders.statuses)));
      for (const [status, count] of senders.statuses)
        if (status !== 200) assert.equal(count, before.get(status) ?? 0, `${status} during the stop`);
      assert.deepEqual(senders.givenUp, []);
      const stored = await allEvents(url, id);
      assert.deepEqual(
        stored.filter((one, index) => stored.indexOf(one) !== index),
        [],
      );
      assert.deepEqual(new Set(stored), senders.taken);
    },
};

function needsPostgres(): void {
  try {
    registryPrograms();
  } catch {
    throw new Missing('there is no PostgreSQL of the development packages for this platform');
  }
}

type Ports = { front: number; one: number; two: number };

/** For this machine. */
function adapted({ front, one, two }: Ports): string {
  return (
    readFileSync(file, 'utf8')
      .replace('bind :8787', `bind 127.0.0.1:${front}`)
      .replaceAll('one one:8787', `one 127.0.0.1:${one}`)
      .replaceAll('two two:8787', `two 127.0.0.1:${two}`)
      // As many as this machine may open.
      .replace('maxconn 10000', 'maxconn 1000')
  );
}

/** The cookie of a new user. */
async function signedIn(url: string): Promise<string> {
  const client = adminClient(url);
  const user = { email: 'ada@example.com', password: 'correct horse battery staple' };
  const [role] = (await client.call('listRoles', {})).data;
  await client.call('createUser', { body: { ...user, roleIds: [role?.id ?? ''] } });
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(user),
  });
  assert.ok(response.ok, await response.text());
  return response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
}

/** How many events a node has accepted since its start. */
async function accepted(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  return Number(/^millrace_events_accepted_total (\d+)/m.exec(await response.text())?.[1] ?? 0);
}

/** The senders' ids of all stored events of a collector. */
async function allEvents(url: string, collectorId: string): Promise<unknown[]> {
  const client = adminClient(url);
  const ids: unknown[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.call('listEvents', { query: { collectorId, limit: 100, ...(cursor && { cursor }) } });
    ids.push(...page.data.map((event) => event.data?.['messageId']));
    cursor = page.page.next;
  }
  return ids;
}
