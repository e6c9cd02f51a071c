import { startChild } from '../child.ts';
import { pause } from '../clock.ts';
import { formatRequest } from '../format-requests.ts';
import type { OutageCalls } from '../processes/outage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { checkProduct } from '../rig.ts';
import { atMost, rounds, type Scenario } from '../scenario.ts';
import { openWire, type Wire } from '../wire.ts';

const perSecond = 500;
const wiresMax = 64;
const largeEvents = 20_000;
/** Of one event, so that all of them have just under 8 MiB. */
const eventBytes = 415;

/** One request with the events of an outage, as trackers of Snowplow send it, beside single events of other senders. */
export const large: Scenario = {
  name: 'large',
  title: '20,000 events of Snowplow in one request of 8 MiB beside 500 events/s',
  async run(options) {
    await using folder = await temporaryFolder();
    await using product = await startProduct(folder.path);
    const { key } = await product.client.call('createCollector', { body: { name: 'Bench' } });
    const wires = await Promise.all(Array.from({ length: wiresMax }, () => openWire(product.port)));
    // In a process of its own: to write 8 MiB to a socket would delay the other events.
    await using tracker = startChild<OutageCalls>('outage.ts');
    const found = await rounds(options, async (round) => {
      const alone = await besides(wires, key, () => pause(3_000));
      await tracker.call('prepare', { port: product.port, key, round, events: largeEvents, eventBytes });
      const startedAt = performance.now();
      let tookMs = 0;
      const beside = await besides(wires, key, async () => {
        const status = await tracker.call('send', null);
        if (status !== 200) throw new Error(`intake answered ${status} to the large request`);
        tookMs = performance.now() - startedAt;
      });
      checkProduct(product);
      return { alone: percentile(alone, 0.99), p99: percentile(beside, 0.99), most: percentile(beside, 1), tookMs };
    });
    for (const wire of wires) wire[Symbol.dispose]();
    return [
      { name: 'other events alone, p99', unit: 'ms', values: found.alone },
      { name: 'other events beside it, p99', unit: 'ms', values: found.p99, goal: atMost(20) },
      { name: 'other events beside it, most', unit: 'ms', values: found.most },
      { name: 'the large request', unit: 'ms', values: found.tookMs },
    ];
  },
};

/** The times from when an event was due to its response, in milliseconds, while `work` runs. */
async function besides(wires: readonly Wire[], key: string, work: () => Promise<void>): Promise<number[]> {
  const free = wires.map((wire) => ({ wire, request: formatRequest('infinity', key, 1) }));
  const times: number[] = [];
  const open = new Set<Promise<void>>();
  const startedAt = performance.now();
  let isDone = false;
  let sent = 0;
  const send = async (one: (typeof free)[number], dueAt: number) => {
    one.request.stamp(nextId++);
    const status = await one.wire.exchange(one.request.bytes);
    if (status !== 200) throw new Error(`intake answered ${status}`);
    times.push(performance.now() - dueAt);
    free.push(one);
  };
  const working = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    for (;;) {
      const dueAt = startedAt + (sent * 1_000) / perSecond;
      const one = dueAt <= performance.now() ? free.shift() : undefined;
      if (one === undefined) break;
      sent += 1;
      const sending = send(one, dueAt);
      open.add(sending);
      void sending.finally(() => open.delete(sending)).catch(() => {}); // awaited below
    }
    await pause(1);
  }
  await Promise.all([working, ...open]);
  return times;
}

let nextId = 1;

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}
