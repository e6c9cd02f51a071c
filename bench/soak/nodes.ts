import type { NodesFigures } from '../../src/pipeline/testing/nodes-story.testing.ts';
import { startMigratedServer } from '../../src/postgres/testing/migrated-server.testing.ts';

/**
 * Three nodes on one database that die, stop, leave, lose storage and have wrong clocks, with a fake clock: a story for each of
 * some consecutive seeds. Prints the faults of each as it ends. On PostgreSQL, nodes have adapters of their own, whose statements
 * run at once: a seed chooses what happens, and not in which order the server does it.
 */
export async function simulateNodes({
  seed,
  runs,
  isOnPostgres,
}: {
  seed: number;
  runs: number;
  isOnPostgres: boolean;
}) {
  await using server = isOnPostgres ? await startMigratedServer() : null;
  // Read when the simulation is loaded (test/support/database.ts).
  if (server !== null) process.env['MILLRACE_TEST_SERVER'] = server.url('postgres');
  const { liveNodes } = await import('../../src/pipeline/testing/nodes-story.testing.ts');
  const sums: Record<string, number> = {};
  const former: Record<string, number> = {};
  const faults: string[] = [];
  for (let own = seed; own < seed + runs; own++) {
    const { faults: found, former: tried, ...counts }: NodesFigures = await liveNodes(own);
    for (const text of found) console.error(`Seed ${own}: ${text}`);
    faults.push(...found.map((text) => `Seed ${own}: ${text}`));
    add(sums, counts);
    add(former, tried);
  }
  return { runs, ...sums, former, faults };
}

function add(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
