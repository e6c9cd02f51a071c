import { type FormatName, formatRequest, forms } from '../format-requests.ts';
import { costOf } from '../process-usage.ts';
import { type Product, startProduct, temporaryFolder } from '../product.ts';
import { checkProduct } from '../rig.ts';
import { atLeast, type Measure, rounds, type Scenario } from '../scenario.ts';
import { openWire } from '../wire.ts';

const batched = { events: 20_000, batch: 50, connections: 8 };
const single = { events: 5_000, batch: 1, connections: 64 };
const names = Object.keys(forms) as FormatName[]; // the keys of a constant object

/** Events of each format, as large and with ids of their own, compared with those of the data collection API in the same run. */
export const formats: Scenario = {
  name: 'formats',
  title: 'Durable intake of each format against that of the data collection API',
  async run(options) {
    await using folder = await temporaryFolder();
    await using product = await startProduct(folder.path);
    const { key } = await product.client.call('createCollector', { body: { name: 'Bench' } });
    const sizes = { batched, single };
    const kinds = names.flatMap((name) =>
      (['batched', 'single'] as const)
        .filter((size) => size === 'single' || forms[name].batch !== null)
        .map((size) => ({ name, size, as: `${name} ${size}` as const })),
    );
    for (const { name, size } of kinds) await flood(product, name, key, { ...sizes[size], events: 4_000 });
    const found = await rounds(options, async () => {
      const figures: Record<string, number> = {};
      for (const { name, size, as } of kinds) {
        const { events } = sizes[size];
        const { result, cost } = await costOf(product.pid, events, () => flood(product, name, key, sizes[size]));
        figures[`${as} rate`] = result;
        figures[`${as} cost`] = cost.total;
      }
      for (const { size, as } of kinds) {
        figures[`${as} ratio`] = (figures[`${as} rate`] ?? 0) / (figures[`infinity ${size} rate`] ?? 0);
        figures[`${as} costRatio`] = (figures[`infinity ${size} cost`] ?? 0) / (figures[`${as} cost`] ?? 0);
      }
      return figures;
    });
    return kinds.flatMap(({ as }): Measure[] => [
      { name: `${as}, events/s`, unit: 'events/s', values: found[`${as} rate`] ?? [] },
      {
        name: `${as}, events/s against the API`,
        unit: 'ratio',
        values: found[`${as} ratio`] ?? [],
        goal: atLeast(0.8),
      },
      { name: `${as}, processor time`, unit: 'µs/event', values: found[`${as} cost`] ?? [] },
      { name: `${as}, processor time of the API over it`, unit: 'ratio', values: found[`${as} costRatio`] ?? [] },
    ]);
  },
};

let lastId = 0;

/** Returns events a second. Throws when one is refused or was stored before. */
async function flood(product: Product, format: FormatName, key: string, size: typeof batched): Promise<number> {
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
