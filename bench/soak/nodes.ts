import { liveNodes, type NodesFigures } from '../../src/pipeline/testing/nodes-story.testing.ts';

/**
 * Three nodes on one database that die, stop, leave, lose storage and have wrong clocks, with a fake clock: a story for each of
 * some consecutive seeds. Prints the faults of each as it ends. On PostgreSQL, nodes have adapters of their own, whose statements
 * run at once: a seed chooses what happens, and not in which order the server does it.
 */
export async function simulateNodes({ seed, runs }: { seed: number; runs: number }) {
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
