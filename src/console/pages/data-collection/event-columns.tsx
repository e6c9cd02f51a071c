import { Group, Text } from '@mantine/core';
import type { Stats } from '../../data/stats.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { formatNumber } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import type { Column } from '../../parts/list/list-page.tsx';
import type { Collector } from './collector.ts';

/** Received and rejected events of the last 24 hours. A collector without any has no item. */
export function eventColumns({ items }: Stats): readonly Column<Collector>[] {
  const of = new Map(items.map((item) => [item.id, item]));
  return [
    {
      id: 'events',
      header: words.columns.events,
      sort: ({ id }) => of.get(id)?.received ?? 0,
      align: 'end',
      cell: ({ id, name }) => {
        const { received = 0, series = [] } = of.get(id) ?? {};
        return (
          <Group gap="xs" wrap="nowrap" justify="flex-end">
            {received === 0 ? null : <Sparkline values={series} sentence={words.eventsOf(name, received)} />}
            <span>{formatNumber(received)}</span>
          </Group>
        );
      },
    },
    {
      id: 'rejected',
      header: words.columns.rejected,
      sort: ({ id }) => of.get(id)?.rejected ?? 0,
      align: 'end',
      cell: ({ id }) => {
        const rejected = of.get(id)?.rejected ?? 0;
        return <Text c={rejected === 0 ? 'dimmed' : 'var(--console-bad)'}>{formatNumber(rejected)}</Text>;
      },
    },
  ];
}
