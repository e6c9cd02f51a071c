import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/config/load.ts';
import { attempt, claim, incoming, planned, rendered, settlement } from '../src/journal/journal-samples.testing.ts';
import { sqliteJournal } from '../src/journal/sqlite/sqlite-journal.ts';
import { moveData } from '../src/move-data.ts';
import { startServer } from '../src/postgres/testing/server.testing.ts';
import { openSqlite, operationsOf } from '../src/sqlite/sqlite.ts';

// node scripts/node.cjs bench/move.ts [events] [unfinished deliveries]: moves that many to PostgreSQL and back, each in a process
// of its own, and prints seconds and memory. The rest of the deliveries is delivered, with the log of an attempt.

const [first = '100000', second = '10000'] = process.argv.slice(2);
const everyMs = 20;
const atOnce = 500;

if (first === 'to') await moveHere(second);
else await measure(Number(first), Number(second));

async function measure(events: number, unfinished: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-move-'));
  await using server = await startServer({ fsync: 'on', shared_buffers: '128MB', max_wal_size: '4GB' });
  try {
    const source = join(folder, 'source');
    await timed(`generate ${events} events, ${unfinished} unfinished deliveries`, () =>
      generate(source, events, unfinished),
    );
    const url = server.url('postgres');
    const env = { MILLRACE_SECRET_KEY: Buffer.alloc(32, 1).toString('base64'), MILLRACE_DATA_DIR: source };
    await timed('move to PostgreSQL', () => moveThere(url, env));
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

/** One delivery for each event; the last ones are unfinished. */
async function generate(dir: string, events: number, unfinished: number): Promise<void> {
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
      const { eventId: _none, ...one } = planned({ dueAt: now, destinationId: `dst_${event % 20}` });
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
