import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/config/load.ts';
import {
  attempt,
  claim,
  incoming,
  planned,
  rendered,
  settlement,
} from '../src/journal/conformance/journal-samples.testing.ts';
import { sqliteJournal } from '../src/journal/sqlite/sqlite-journal.ts';
import { moveData } from '../src/move-data.ts';
import { startServer } from '../src/postgres/testing/server.testing.ts';
import { openSqlite, operationsOf } from '../src/sqlite/sqlite.ts';
import { startRecorder } from '../test/faults/recorder.ts';
import { type Wired, wire } from '../test/faults/wiring.ts';
import { adminClient, environment, spawnProcess } from '../test/support/process.ts';

// node scripts/node.cjs bench/move.ts [events] [unfinished deliveries]: moves that many to PostgreSQL and back, each in a process
// of its own, and prints seconds and memory. The rest of the deliveries is delivered, with the log of an attempt. Between the two
// moves a node starts on the moved data, and sends what is unfinished.

const [first = '100000', second = '10000'] = process.argv.slice(2);
const everyMs = 20;
const atOnce = 500;
const destinationCount = 20;

type Generated = { dir: string; events: number; unfinished: number; destinations: readonly Wired[] };

if (first === 'to') await moveHere(second);
else await measure(Number(first), Number(second));

async function measure(events: number, unfinished: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-move-'));
  await using server = await startServer({ fsync: 'on', shared_buffers: '128MB', max_wal_size: '4GB' });
  try {
    const source = join(folder, 'source');
    const env = {
      ...environment(source),
      MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
      MILLRACE_NODE_NAME: 'a',
    };
    await using recorder = await startRecorder();
    const destinations = await wireAll(env, recorder.url);
    await timed(`generate ${events} events, ${unfinished} unfinished deliveries`, () =>
      generate({ dir: source, events, unfinished, destinations }),
    );
    const url = server.url('postgres');
    await timed('move to PostgreSQL', () => moveThere(url, env));
    await timed('start a node, and send what was unfinished', () =>
      sendThere({ ...env, MILLRACE_DATABASE_URL: url }, () => recorder.byKey.size === unfinished),
    );
    await timed('move back', () => moveThere(join(folder, 'back'), { ...env, MILLRACE_DATABASE_URL: url }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(what: string, work: () => unknown): Promise<void> {
  const begun = performance.now();
  await work();
  console.log(`${what}: ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
}

/** Moves in a process of its own, which prints its memory. */
function moveThere(to: string, env: Record<string, string>): void {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), 'to', to];
  execFileSync(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'inherit' });
}

async function moveHere(to: string): Promise<void> {
  const config = loadConfig({ flags: {}, env: process.env, now: Date.now() });
  const { moved } = await moveData(config, to, () => {});
  for (const { kind, from } of moved ?? []) if (from.count > 1) console.log(`  ${from.count} ${kind} ${from.checksum}`);
  console.log(`  at most ${Math.round(process.resourceUsage().maxRSS / 1_024)} MiB`);
}

/** Some destinations without an action: only what is generated is sent to them. */
async function wireAll(env: Record<string, string>, url: string): Promise<Wired[]> {
  await using program = spawnProcess(env);
  const client = adminClient(await program.listening);
  const all: Wired[] = [];
  for (let count = 0; count < destinationCount; count++) all.push(await wire(client, url));
  await program.end();
  return all;
}

async function sendThere(env: Record<string, string>, isDone: () => boolean): Promise<void> {
  await using node = spawnProcess(env);
  await node.listening;
  while (!isDone()) await setTimeout(100);
  await node.end();
}

/** One delivery for each event; the last ones are unfinished. */
async function generate({ dir, events, unfinished, destinations }: Generated): Promise<void> {
  await using sqlite = await openSqlite({ dir, operations: operationsOf('journal') });
  const journal = sqliteJournal(sqlite);
  const begun = Date.now() - events * everyMs;
  const lease = await claim(journal, 0, 'embedded', Date.now());
  for (let done = 0; done < events; done += atOnce) {
    const now = begun + done * everyMs;
    const rest = events - done <= unfinished;
    const some = Array.from({ length: Math.min(atOnce, events - done) }, (_, index) =>
      incoming({ name: 'order', visitorId: `v-${(done + index) % 5_000}`, identity: `order ${done + index}` }),
    );
    const deliveries = some.map((_, event) => {
      const { destinationId, connectionId, actionId } = destinations[event % destinations.length] as Wired; // there are some
      const { eventId: _none, ...one } = planned({
        ...{ dueAt: now, destinationId, connectionId, actionId, destinationVersion: 1 },
      });
      return { ...one, event };
    });
    const { planned: deliveryIds } = await journal.hot.accept({
      ...{ partition: 0, collectorId: 'col_1', receivedAt: now, events: some, lease },
      plan: { lease, deliveries, now },
    });
    if (rest || deliveryIds === null) continue;
    const settled = deliveryIds.map((id) =>
      settlement(id, { status: 'delivered', attempts: 1, rendered: rendered('{"n":1}'), log: [attempt(1)] }),
    );
    await journal.hot.settle(lease, settled, now + 5);
  }
}
