import { pause } from '../clock.ts';
import { memoryOf } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const MiB = 1024 * 1024;
const settledMs = 3_000;

/** A program without traffic: its start time and its memory. */
export const idle: Scenario = {
  name: 'idle',
  title: 'Start to ready, and memory at rest',
  async run(options) {
    const found = await rounds(options, async () => {
      await using folder = await temporaryFolder();
      const first = await startAndStop(folder.path);
      const again = await startAndStop(folder.path);
      return { ...again, firstReady: first.ready };
    });
    return [
      { name: 'memory of the server', unit: 'MiB', values: found.server, landing: atMost(150), goal: atMost(100) },
      { name: 'memory of the launcher before it', unit: 'MiB', values: found.launcher },
      {
        name: 'start to ready, new data folder',
        unit: 'ms',
        values: found.firstReady,
        landing: atMost(1_000),
        goal: atMost(500),
      },
      {
        name: 'start to ready, existing data folder',
        unit: 'ms',
        values: found.ready,
        landing: atMost(1_000),
        goal: atMost(500),
      },
    ];
  },
};

async function startAndStop(folder: string) {
  await using product = await startProduct(folder);
  await pause(settledMs);
  return {
    server: memoryOf(product.pid).now / MiB,
    launcher: memoryOf(product.launcherPid).now / MiB,
    ready: product.readyMs,
  };
}
