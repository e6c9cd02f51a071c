import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/client/client.ts';
import { temporaryFolder } from '../../src/sqlite/temporary-folder.testing.ts';
import { adminToken, environment, spawnProcess } from '../support/process.ts';

const documents = Array.from({ length: 3_000 }, (_, i) => ({
  kind: 'behavior' as const,
  name: `B${i}`,
  condition: { parameter: 'p', operator: 'equals', value: `${i}` },
}));

test('kill -9 while an import is checked or stored leaves nothing of it, or all', async () => {
  using folder = temporaryFolder();
  for (const phase of ['check', 'store'] as const) {
    await using server = spawnProcess(environment(folder.path));
    const client = createClient({ url: await server.listening, token: adminToken });
    const applied = client
      .call('importConfiguration', { body: { documents }, query: { progressId: phase } })
      .then(() => true)
      .catch(() => false);
    let isOver = false;
    void applied.then(() => {
      isOver = true;
    });
    while (!isOver) {
      const progress = await client.call('importProgress', { params: { progressId: phase } }).catch(() => null);
      if (progress?.phase === phase && (phase === 'store' || progress.done > 0)) break;
    }
    await server.end('SIGKILL');
    const isApplied = await applied;

    await using next = spawnProcess(environment(folder.path));
    const { documents: stored } = await createClient({ url: await next.listening, token: adminToken }).call(
      'exportConfiguration',
    );
    assert.ok(stored.length === 0 || stored.length === 3_000, `${stored.length} after a kill while ${phase}`);
    if (isApplied) assert.equal(stored.length, 3_000);
    await next.end();
  }
});
