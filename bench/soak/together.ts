import { buildBundle, isBundleFresh } from '../../scripts/bundle.ts';
import { runTogether, type TogetherFigures, type TogetherOptions } from './together/together.ts';

/** Runs the random test of everything together with consecutive seeds. Prints the faults of each run as it ends. */
export async function soakTogether({ seed, runs, ...options }: TogetherOptions & { runs: number }) {
  if (options.launcher === undefined && !isBundleFresh()) await buildBundle();
  const figures: (Omit<TogetherFigures, 'faults'> & { seed: number })[] = [];
  const faults: string[] = [];
  for (let own = seed; own < seed + runs; own++) {
    const { faults: found, ...counts } = await runTogether({ ...options, seed: own });
    figures.push({ seed: own, ...counts });
    for (const text of found) console.error(`Seed ${own}: ${text}`);
    console.error(`Seed ${own}: ${found.length} faults, ${JSON.stringify(counts)}`);
    faults.push(...found.map((text) => `Seed ${own}: ${text.split('\n', 1)[0]}`));
  }
  return { runs: figures, faults };
}
