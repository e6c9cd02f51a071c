import { pause } from '../clock.ts';
import { createRoutes } from '../many-routes.ts';
import { costOf, memoryOf } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { createCollector, newRun, startEnds } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';

const MiB = 1024 * 1024;
const routes = { connections: 200, destinations: 2_000, actions: 10_000 };
const perSecond = 300;
const secondsUsual = 270;
const settledMs = 40_000;
const burst = 200_000;

/**
 * A working day in minutes: after a burst, 300 events a second of which half fire an action, a tenth of the destinations
 * refuse, and a configuration change each second. `size`: the seconds of it.
 */
export const steady: Scenario = {
  name: 'steady',
  title: 'Memory and processor time of a steady load with 10,000 actions, and memory 40 s after it',
  roundsUsual: 1,
  async run(options) {
    const seconds = options.size ?? secondsUsual;
    const found = await rounds(options, async () => {
      await using ends = await startEnds();
      await using folder = await temporaryFolder();
      await using product = await startProduct(folder.path);
      const path = await createCollector(product);
      const refusing = await ends.sink.call('listenRefusing', undefined);
      await createRoutes(product, [...Array(9).fill(ends.sinkPort), refusing], routes);
      const at = { port: product.port, path };
      await ends.sink.call('expect', { run: newRun(), events: burst });
      // Actions know 10,000 values of 20,000: half of the events fire none.
      const destinations = 2 * routes.actions;
      await ends.load.call('flood', {
        ...{ ...at, run: newRun(), events: burst, batch: 50, connections: 8, window: null },
        destinations,
      });

      const memory: number[] = [];
      const { data } = await product.client.call('listConnections', { query: { limit: 100 } });
      let second = 0;
      const everySecond = setInterval(() => {
        memory.push(memoryOf(product.pid).now / MiB);
        const changed = data[second % data.length];
        second += 1;
        const body = { description: `Changed in second ${second}` };
        if (changed) void product.client.call('changeConnection', { params: { id: changed.id }, body });
      }, 1_000);
      const { cost } = await costOf(product.pid, perSecond * seconds, () =>
        ends.load.call('drip', { ...at, run: newRun(), perSecond, seconds, connections: 8, destinations }),
      );
      clearInterval(everySecond);
      await pause(settledMs);
      return {
        mean: memory.reduce((sum, one) => sum + one, 0) / memory.length,
        largest: Math.max(...memory),
        after: memoryOf(product.pid).now / MiB,
        cost: cost.total,
      };
    });
    return [
      { name: 'memory under load, mean', unit: 'MiB', values: found.mean },
      { name: 'memory under load, largest', unit: 'MiB', values: found.largest },
      {
        name: 'memory 40 s after it',
        unit: 'MiB',
        values: found.after,
        landing: atMost(526),
        goal: atMost(350),
      },
      { name: 'processor time', unit: 'µs/event', values: found.cost },
    ];
  },
};
