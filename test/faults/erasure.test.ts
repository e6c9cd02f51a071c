import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deliveryOf, sendEvents, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { adminClient, environment, spawnProcess } from '../support/process.ts';
import { startReceiver } from '../support/receiver.ts';

const dir = await mkdtemp(join(tmpdir(), 'millrace-erasure-'));
after(() => rm(dir, { recursive: true, force: true }));

const canary = 'canary-visitor-77aa';
const mail = 'canary@shop.example';

/** All files of the data folder, byte by byte, and their decompressed content. */
async function stored(): Promise<string> {
  const names = await readdir(dir, { recursive: true });
  return (await Promise.all(names.map((name) => readFile(join(dir, name), 'latin1').catch(() => '')))).join('\n');
}

test('an erasure that is killed repeatedly completes, and then the visitor is in no byte of any file', async () => {
  await using receiver = await startReceiver();
  const env = { ...environment(dir), MILLRACE_LOG_LEVEL: 'debug' };
  let output = '';
  await using started = new AsyncDisposableStack();
  const start = async () => {
    const server = started.use(spawnProcess(env));
    const url = await server.listening;
    return { server, driven: { url, client: adminClient(url) } };
  };
  const kill = async ({ server }: Awaited<ReturnType<typeof start>>) => {
    await server.end('SIGKILL');
    output += server.stdout() + server.stderr();
  };

  let running = await start();
  const wired = await wire(running.driven, receiver);
  const theirs = { 'wt.dcsvid': canary, email: mail, note: `seen as ${canary}` };
  const others = Array.from({ length: 60 }, (_, i) => ({
    'wt.dcsvid': `other-${i}`,
    messageId: `other-${i}`,
    pad: 'x'.repeat(i),
  }));
  const ids: string[] = [];
  for (let round = 0; round < 6; round++)
    ids.push(
      ...(await wired.send(...others.slice(round * 10, round * 10 + 10), {
        ...theirs,
        messageId: `${canary}-${round}`,
      })),
    );
  const [single = ''] = await wired.send({ ...theirs, messageId: `${canary}-alone` });
  await deliveryOf(running.driven, single);
  await deliveryOf(running.driven, ids.at(-1) ?? '');
  await running.driven.client.call('testDestination', {
    params: { id: wired.destination.id },
    body: { data: [{ email: mail, id: canary }] },
  });
  await running.driven.client.call('changeDestination', {
    params: { id: wired.destination.id },
    body: { status: 'paused' },
  });
  const [held = ''] = await wired.send({ ...theirs, messageId: `${canary}-held` });
  await deliveryOf(running.driven, held, 'held');
  assert.ok((await stored()).includes(canary), 'it is there before the erasure');

  const planned = await running.driven.client.call('eraseVisitor', { body: { visitorId: canary, dryRun: true } });
  assert.partialDeepStrictEqual(planned, { state: 'planned', counts: { events: 8, deliveries: 8, unfinished: 1 } });
  const begun = await running.driven.client.call('eraseVisitor', { body: { visitorId: canary } });
  assert.equal(begun.code, planned.code);
  for (let kills = 0; kills < 3; kills++) {
    await kill(running);
    running = await start();
  }
  const { client } = running.driven;
  const done = await eventually('the erasure to be done', async () => {
    const shown = await client.call('getErasure', { params: { id: begun.id ?? '' } });
    return shown.state === 'done' ? shown : null;
  });
  assert.deepEqual(done.counts, { events: 8, deliveries: 9, unfinished: 1 });

  const answers = await Promise.all([
    client.call('listEvents', { query: { limit: 200 } }),
    client.call('listDeliveries', { query: { limit: 200 } }),
    client.call('listParameters', { query: { limit: 200 } }),
    client.call('listAudit', { query: { limit: 200 } }),
    client.call('listErasures'),
    client.call('listRejectedRequests', { query: {} }),
  ]);
  assert.ok(!/canary/.test(JSON.stringify(answers)), 'in no response');
  await assert.rejects(client.call('getEvent', { params: { id: single } }), { status: 404 });
  assert.deepEqual((await stored()).match(/.{0,60}canary.{0,60}/gs) ?? [], [], 'in no file');

  // Later events are new, and the events of others are unchanged.
  const [again = ''] = await sendEvents(running.driven, wired.collector.key, { ...theirs, messageId: `${canary}-0` });
  assert.notEqual(again, ids[10]);
  assert.equal((await client.call('getEvent', { params: { id: ids[0] ?? '' } })).visitorId, 'other-0');
  await kill(running);
  assert.ok(!output.includes(canary) && !output.includes(mail), 'in no line of the log');
});
