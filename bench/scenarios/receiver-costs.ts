import { costOf } from '../process-usage.ts';
import { startProduct, temporaryFolder } from '../product.ts';
import { createReceiver, type Receiving } from '../receiver-routes.ts';
import { createCollector, sendThrough, startEnds } from '../rig.ts';

/** `turn`: the events of one, and how many a second at most. */
type Case = Receiving & { turn: { events: number; perSecond?: number } };

const paced = { events: 10_000, perSecond: 2_500 };
const cases = {
  plain: { receiver: { ms: 0 }, turn: { events: 20_000 } },
  tls: { receiver: { ms: 0, isTls: true }, turn: { events: 20_000 } },
  paced: { receiver: { ms: 0 }, turn: paced },
  slow: { receiver: { ms: 300 }, turn: paced },
  tls64: { receiver: { ms: 0, isTls: true }, concurrency: 64, turn: { events: 10_000 } },
} as const satisfies Record<string, Case>;
type CaseName = keyof typeof cases;
const names = Object.keys(cases) as CaseName[]; // the keys of the literal above

const flood = { batch: 50, connections: 8, window: 8_000 };
const turns = 4;

/**
 * Processor time of receivers that are compared, in turns through one process, each first in every other turn: other work of
 * the machine, and what the server does later for the events of one receiver, are then in the figures of both.
 */
export async function costsInTurns() {
  await using ends = await startEnds();
  await using folder = await temporaryFolder();
  await using product = await startProduct(folder.path);
  const path = await createCollector(product);
  const rig = { ...ends, product, folder: folder.path, path, destinationId: '' };
  for (const [n, name] of names.entries()) await createReceiver(product, ends, cases[name], n);
  const turnOf = async (name: CaseName) => {
    const { turn } = cases[name];
    const size = { ...flood, ...turn, destination: names.indexOf(name) };
    return (await costOf(product.pid, turn.events, () => sendThrough(rig, size))).cost.total;
  };
  // Its limit grows, and its connections are open before they are measured.
  for (const name of names) await turnOf(name);
  const { connections } = await ends.sink.call('served', undefined);
  const sums = { plain: 0, tls: 0, paced: 0, slow: 0 };
  for (let turn = 0; turn < turns; turn++)
    for (const pair of [
      ['plain', 'tls'],
      ['paced', 'slow'],
    ] as const)
      for (const name of turn % 2 === 0 ? pair : pair.toReversed()) sums[name] += await turnOf(name);
  return {
    tlsCostRatio: sums.tls / sums.plain,
    tlsCostMore: (sums.tls - sums.plain) / turns,
    slowCostRatio: sums.slow / sums.paced,
    slowCostMore: (sums.slow - sums.paced) / turns,
    tls64Connections: connections,
  };
}
