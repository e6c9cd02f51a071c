import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cli } from '../../src/cli/cli.testing.ts';
import { Secret } from '../../src/contract/secret.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminToken, startTestApp } from '../support/app.ts';
import { isOnPostgres } from '../support/database.ts';

type Document = Record<string, unknown>;

/** 20,000 documents that refer to each other by name. */
function configuration(): Record<string, Document[]> {
  const list = (length: number, make: (i: number) => Document) => Array.from({ length }, (_, i) => make(i));
  return {
    connections: list(100, (i) => ({ name: `C${i}`, baseUrl: `https://c${i}.example.com` })),
    destinations: list(1_900, (i) => ({ connection: `C${i % 100}`, name: `D${i}`, status: 'enabled' })),
    behaviors: list(2_000, (i) => ({
      name: `B${i}`,
      condition: { parameter: 'p', operator: 'equals', value: `${i}` },
    })),
    // 1,900 is a multiple of 100: the connection of a destination is that of its number.
    actions: list(16_000, (i) => ({
      name: `A${i}`,
      description: `Action ${i} of a large configuration`,
      status: 'enabled',
      rules: { all: [{ behavior: `B${i % 2_000}` }, { parameter: 'q', operator: 'equals', value: `${i}` }] },
      destinations: [{ destination: `C${i % 100}/D${i % 1_900}` }],
    })),
  };
}

test('20,000 documents are applied, exported, and planned again by the documented commands', async () => {
  using folder = temporaryFolder();
  await using app = await startTestApp();
  const file = join(folder.path, 'all.json');
  const run = async (...argv: string[]) => {
    const commands = cli({ settings: { url: app.url, adminToken: new Secret(adminToken, '') } });
    assert.equal(await commands.run(...argv), 0, commands.written.err);
    return commands.written.out;
  };
  await writeFile(file, JSON.stringify(configuration()));
  assert.equal((await run('apply', file)).match(/^created /gm)?.length, 20_000);
  const text = await run('export', '--output', 'json');
  const exported: Record<string, Document[]> = JSON.parse(text);
  assert.deepEqual(
    Object.entries(exported).map(([kind, all]) => [kind, all.length]),
    [
      ['connections', 100],
      ['destinations', 1_900],
      ['behaviors', 2_000],
      ['actions', 16_000],
    ],
  );
  await writeFile(file, text);
  assert.equal(await run('plan', file), 'unchanged: 20000 documents\n');
});

test('other requests are served while a large configuration is applied', async () => {
  await using app = await startTestApp();
  const { actions = [], ...rest } = configuration();
  const documents = Object.entries({ ...rest, actions: actions.slice(0, 4_000) }).flatMap(([kind, all]) =>
    all.map((one) => ({ kind: kind.slice(0, -1), ...one })),
  );
  const { key } = await app.client.call('createCollector', { body: { name: 'Shop' } });
  let isRunning = true;
  const applied = app.client
    .call('importConfiguration', { body: { documents: documents as never }, query: { progressId: 'one' } })
    .finally(() => {
      isRunning = false;
    });
  const phases = new Set<string>();
  let accepted = 0;
  while (isRunning) {
    const body = JSON.stringify({ events: [{ 'wt.ev': 'a', n: accepted }] });
    const response = await fetch(`${app.url}/v3/${key}`, { method: 'POST', body });
    // A node on PostgreSQL takes in nothing while its heartbeat is late, as it is on a busy machine.
    const isLate = isOnPostgres() && response.status === 503 && response.headers.has('retry-after');
    if (!isLate) assert.equal(response.status, 200, await response.text());
    accepted += isLate ? 0 : 1;
    const progress = await app.client.call('importProgress', { params: { progressId: 'one' } }).catch(() => null);
    if (progress !== null) phases.add(progress.phase);
  }
  assert.equal((await applied).steps.length, 8_000);
  assert.ok(phases.has('check'));
  const { steps } = await applied;
  assert.ok(steps.every(({ change, problems }) => change === 'create' && problems.length === 0));
  assert.ok(accepted > 1);
});
