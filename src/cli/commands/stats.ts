import type { Command } from 'commander';
import { type Stats, type StatsCounts, statsKind, statsRange } from '../../contract/records/stats.ts';
import { type Context, choice, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Column } from '../output.ts';
import type { Server } from '../server.ts';

const kindsOfThings = statsKind.exclude(['all']);
type Item = Stats['items'][number] & { name: string | null };

/** `millrace stats [kind]`. */
export function statsCommand(command: Command, { server, output }: Context) {
  subcommand(command, 'stats', 'show counts of events and deliveries, outcomes and reasons', [
    '[kind]',
    `one line for each ${kindsOfThings.options.join(', ')}; default: the whole installation`,
  ])
    .addOption(choice('--range <range>', 'time range', statsRange.options).default('24h'))
    .action(async (given: string | undefined, { range }: { range: Stats['range'] }) => {
      const kind = statsKind.safeParse(given ?? 'all');
      if (!kind.success)
        throw new CommandError(exitCodes.usage, `"${given}" must be one of ${kindsOfThings.options.join(', ')}.`);
      const found = await server().call('getStats', { query: { kind: kind.data, range } });
      if (output.format !== 'table') output.value(found);
      else if (found.kind === 'all') output.rows(linesOf(found), totalColumns);
      else output.rows(await named(found.kind, found.items, server()), itemColumns);
    });
}

type Line = [what: string, value: number | string | null];

function linesOf({ totals, latency, oldestWaitingAt, reasons }: Stats): Line[] {
  return [
    ...Object.entries(totals).map(([name, count]): Line => [nameOf(name), count]),
    ...reasons.map(({ outcome, reason, count }): Line => [`${nameOf(outcome)}: ${reason}`, count]),
    ['latency p50 / p95 / p99, ms', latency && `${latency.p50Ms} / ${latency.p95Ms} / ${latency.p99Ms}`],
    ['oldest waiting since', oldestWaitingAt],
  ];
}

/** `held` counts how often deliveries were put on hold, not those that are held now. */
const nameOf = (count: string) => (count === 'held' ? 'holds' : count);

const totalColumns: Column<Line>[] = [
  ['WHAT', ([what]) => what],
  ['HOW MANY', ([, value]) => value],
];

async function named(kind: Exclude<Stats['kind'], 'all'>, items: Stats['items'], server: Server): Promise<Item[]> {
  const names = new Map<string, string>();
  for await (const { id, name } of server.list(kind)) names.set(id, name);
  return items.map((item) => ({ ...item, name: names.get(item.id) ?? null }));
}

const countColumn = (name: keyof StatsCounts): Column<Item> => [nameOf(name).toUpperCase(), (one) => one[name]];

const itemColumns: Column<Item>[] = [
  ['ID', (one) => one.id],
  ['NAME', (one) => one.name],
  ...(['received', 'matched', 'created', 'delivered', 'retried', 'held', 'failed'] as const).map(countColumn),
  ['P95 MS', (one) => one.p95Ms],
  ['LAST DELIVERED', (one) => one.lastDeliveredAt],
];
