import { type FormatName, formatRequest, forms } from '../format-requests.ts';
import { inTurns } from '../in-turns.ts';
import { costOf } from '../process-usage.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';
import { checkProduct } from '../rig.ts';
import { atLeast, type Measure, rounds, type Scenario } from '../scenario.ts';
import { openWire } from '../wire.ts';

const sizes = {
  batched: { events: 10_000, batch: 50, connections: 8 },
  single: { events: 3_000, batch: 1, connections: 64 },
};
const warmUp = 6_000;

/** The formats of SDKs, which are compared with that of the data collection API. */
const names = Object.keys(forms).filter((name) => name !== 'infinity') as FormatName[]; // the keys of a constant object

/**
 * Events of each format, as large and with ids of their own, beside those of the data collection API: one after the other,
 * each first in every other round, so that other work on the machine changes both alike.
 */
export const formats: Scenario = {
  name: 'formats',
  title: 'Durable intake of each format against that of the data collection API',
  roundsUsual: 5,
  async run(options) {
    await using folder = await temporaryFolder();
    await using product = await startProduct(folder.path);
    const { key } = await product.client.call('createCollector', { body: { name: 'Bench' } });
    const kinds = names.flatMap((name) =>
      (['batched', 'single'] as const)
        .filter((size) => size === 'single' || forms[name].batch !== null)
        .map((size) => ({ name, size, as: `${name} ${size}` as const })),
    );
    const measured = (name: FormatName, size: Size) =>
      costOf(product.pid, size.events, () => flood(product, name, key, size));
    for (const { name, size } of kinds) await flood(product, name, key, { ...sizes[size], events: warmUp });
    for (const size of Object.values(sizes)) await flood(product, 'infinity', key, { ...size, events: warmUp });
    const found = await rounds(options, async (round) => {
      const figures: Record<string, number> = {};
      for (const { name, size, as } of kinds) {
        const [own, api] = await inTurns(
          round,
          () => measured(name, sizes[size]),
          () => measured('infinity', sizes[size]),
        );
        figures[`${as} rate`] = own.result;
        figures[`${as} ratio`] = own.result / api.result;
        figures[`${as} cost`] = own.cost.total;
        figures[`${as} costRatio`] = api.cost.total / own.cost.total;
      }
      return figures;
    });
    const goal = atLeast(0.8);
    return kinds.flatMap(({ as }): Measure[] => [
      { name: `${as}, events/s`, unit: 'events/s', values: found[`${as} rate`] ?? [] },
      { name: `${as}, events/s against the API`, unit: 'ratio', values: found[`${as} ratio`] ?? [], goal },
      { name: `${as}, processor time`, unit: 'µs/event', values: found[`${as} cost`] ?? [] },
      {
        name: `${as}, processor time of the API over it`,
        unit: 'ratio',
        values: found[`${as} costRatio`] ?? [],
        goal,
      },
    ]);
  },
};

type Size = { events: number; batch: number; connections: number };

let lastId = 0;

/** Returns events a second. Throws when one is refused or was stored before. */
async function flood(product: Product, format: FormatName, key: string, size: Size): Promise<number> {
  const before = await accepted(product);
  const startedAt = performance.now();
  let left = size.events;
  await Promise.all(
    Array.from({ length: size.connections }, async () => {
      const request = formatRequest(format, key, size.batch);
      using wire = await openWire(product.port);
      while (left > 0) {
        left -= size.batch;
        request.stamp(lastId);
        lastId += size.batch;
        const status = await wire.exchange(request.bytes);
        if (status !== 200) throw new Error(`${format}: intake answered ${status}`);
      }
    }),
  );
  const ms = performance.now() - startedAt;
  const stored = (await accepted(product)) - before;
  if (stored < size.events) throw new Error(`${format}: ${stored} of ${size.events} events were stored`);
  checkProduct(product);
  return (stored * 1_000) / ms;
}

async function accepted({ client }: Product): Promise<number> {
  const metrics = await client.call('metrics');
  return Number(/^millrace_events_accepted_total (\S+)/m.exec(metrics)?.[1] ?? 0);
}
