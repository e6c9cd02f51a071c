import { pause } from '../clock.ts';
import { costOf, memoryOf } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { allArrived, checkProduct, newRun, type Rig, startRig } from '../rig.ts';
import { atLeast, atMost, costFigures, costMeasures, rounds, type Scenario } from '../scenario.ts';

const usualDeliveries = 1_000_000;
const MiB = 1024 * 1024;

/** Deliveries held for a disabled destination, a restart with them, and the destination enabled again. */
export const backlog: Scenario = {
  name: 'backlog',
  title: 'Queued deliveries: memory, evenness, start',
  roundsUsual: 1,
  async run(options) {
    const deliveries = options.size ?? usualDeliveries;
    const found = await rounds(options, async () => {
      await using folder = await temporaryFolder();
      await using rig = await startRig({ folder: folder.path });
      const run = newRun();
      await rig.sink.call('expect', { run, events: deliveries });
      const { pid } = rig.product;
      const { result: loading, cost: loadingCost } = await costOf(pid, deliveries, () => load(rig, run, deliveries));
      options.say(`${deliveries} queued at ${Math.round(loading.perSecond)}/s`);
      await rig.product[Symbol.asyncDispose]();

      await using product = await startProduct(folder.path);
      const waiting = memoryOf(product.pid).now;
      await setStatus(product.client, rig.destinationId, 'enabled');
      const draining = await costOf(product.pid, deliveries, () => allArrived(rig.sink, deliveries));
      const { firstUs, lastUs, tenthsUs } = draining.result;
      checkProduct(product);
      const first = (tenthsUs[0] ?? Number.NaN) - firstUs;
      const last = (tenthsUs[9] ?? Number.NaN) - (tenthsUs[8] ?? Number.NaN);
      return {
        loading: loading.perSecond,
        loadingMemory: loading.bytes / MiB,
        drainingMemory: memoryOf(product.pid).most / MiB,
        waiting: waiting / MiB,
        ready: product.readyMs,
        draining: (deliveries * 1e6) / (lastUs - firstUs),
        evenness: first / last,
        ...costFigures('loading', loadingCost),
        ...costFigures('draining', draining.cost),
      };
    });
    return [
      { name: 'taken in, matched and queued', unit: 'events/s', values: found.loading },
      ...costMeasures('loading', 'taken in, matched and queued', found),
      {
        name: 'most memory while queueing',
        unit: 'MiB',
        values: found.loadingMemory,
        landing: atMost(400),
        goal: atMost(250),
      },
      { name: 'memory after the restart', unit: 'MiB', values: found.waiting },
      { name: 'start to ready', unit: 'ms', values: found.ready, landing: atMost(2_000), goal: atMost(1_000) },
      { name: 'delivered', unit: 'events/s', values: found.draining },
      ...costMeasures('draining', 'delivered', found),
      {
        name: 'most memory while delivering',
        unit: 'MiB',
        values: found.drainingMemory,
        landing: atMost(400),
        goal: atMost(250),
      },
      {
        name: 'speed of the last tenth over the first',
        unit: 'ratio',
        values: found.evenness,
        landing: atLeast(0.8),
        goal: atLeast(0.9),
      },
    ];
  },
};

const lookEveryMs = 500;
const loadingMs = 20 * 60_000;

async function load(rig: Rig, run: number, deliveries: number): Promise<{ perSecond: number; bytes: number }> {
  const { product, path } = rig;
  const startedMs = performance.now();
  await setStatus(product.client, rig.destinationId, 'disabled');
  const to = { run, port: product.port, path };
  await rig.load.call('flood', { ...to, events: deliveries, batch: 1_000, connections: 4, window: null });
  for (;;) {
    const metrics = await product.client.call('metrics');
    const planned = Number(/^millrace_deliveries_planned_total (\S+)/m.exec(metrics)?.[1] ?? 0);
    checkProduct(product);
    if (planned > deliveries) throw new Error(`REPEATED: ${planned} deliveries were planned for ${deliveries} events`);
    if (planned === deliveries) break;
    if (performance.now() - startedMs > loadingMs) throw new Error(`LOST: only ${planned} deliveries were planned`);
    await pause(lookEveryMs);
  }
  const perSecond = (deliveries * 1_000) / (performance.now() - startedMs);
  return { perSecond, bytes: memoryOf(product.pid).most };
}

async function setStatus({ call }: Rig['product']['client'], id: string, status: 'enabled' | 'disabled') {
  await call('changeDestination', { params: { id }, body: { status } });
}
