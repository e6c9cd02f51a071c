import { Code, Group, Menu, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { kept, type Stats, useApiQuery, useStats, watched } from '../../data/data.ts';
import { formatNumber, terms, dataCollection as words } from '../../messages/en.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { type Collector, collectorKind, originsInWords } from '../../parts/collector/collector.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { servedQuery } from '../../parts/document/served-list.ts';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { column, modifiedColumn, nameColumn, statusColumn, timeColumn } from '../../parts/list/standard-columns.tsx';
import { statusFilter } from '../../parts/list/use-list-page.tsx';
import { CopyIcon } from '../../parts/parts.ts';
import { CollectionNav } from './collection-page.tsx';
import { DeleteCollector, RotateKey } from './collector-dialogs.tsx';
import { UnknownKeys } from './rejected-requests.tsx';

export function CollectorsPage(): ReactNode {
  const stats = useStats('collector').data;
  const [rotated, rotate] = useState<Collector | null>(null);
  const { labelOf, toggle } = useStatusChange('changeCollector', collectorKind.nameOf, words.changed);
  const search = useSearch({ from: '/shell/data-collection' });
  const query = { ...servedQuery(search), status: search.status };
  const served = useApiQuery('listCollectors', { query }, { ...kept, ...watched });
  // Only where a collector has had no event for a day: when it had its last one.
  const active = new Set(stats?.items.filter(({ received }) => received > 0).map(({ id }) => id));
  const isAnyQuiet = stats !== undefined && served.data?.data.some(({ id }) => !active.has(id)) === true;
  const week = useStats('collector', undefined, '7d', isAnyQuiet).data;
  const columns = useMemo(() => columnsOf(stats, week), [stats, week]);
  return (
    <DocumentsPage
      kind={collectorKind}
      words={{ ...words, list: words.parts.collectors }}
      noun="collectors"
      icon="collection"
      code="millrace apply collectors.yaml"
      columns={columns}
      served={served}
      filters={[statusFilter]}
      deletion={DeleteCollector}
      items={(collector) => (
        <>
          <Menu.Item onClick={() => toggle(collector)}>{labelOf(collector)}</Menu.Item>
          <Menu.Item onClick={() => rotate(collector)}>{words.rotate}</Menu.Item>
        </>
      )}
      above={
        <>
          <CollectionNav />
          <UnknownKeys rejected={stats?.totals.rejected ?? 0} />
        </>
      }
    >
      <RotateKey document={rotated} onClose={() => rotate(null)} />
    </DocumentsPage>
  );
}

const own: readonly Column<Collector>[] = [
  nameColumn(collectorKind),
  statusColumn(),
  column('key', words.columns.key, ({ key, name }) => (
    <Group gap={4} wrap="nowrap">
      <Code title={key}>{`${key.slice(0, 8)}…`}</Code>
      <CopyIcon text={key} label={words.copyKey(name)} />
    </Group>
  )),
  column('formats', words.columns.formats, { leavesFirst: true }, ({ formats }) =>
    formats.map((format) => terms.formats[format] ?? format).join(', '),
  ),
  column('origins', words.columns.origins, { isText: true }, (row) => (
    <Text truncate title={row.allowedOrigins.join('\n')}>
      {originsInWords(row)}
    </Text>
  )),
];

function columnsOf(stats: Stats | undefined, week: Stats | undefined): readonly Column<Collector>[] {
  const lastOf = new Map(
    [...(week?.items ?? []), ...(stats?.items ?? [])].map((item) => [item.id, item.lastReceivedAt]),
  );
  const figures = new Map(stats?.items.map((item) => [item.id, item]));
  const receivedBy = (id: string) => figures.get(id)?.received ?? 0;
  const rejectedBy = (id: string) => figures.get(id)?.rejected ?? 0;
  const events: Column<Collector> = column(
    'events',
    words.columns.events,
    { sort: ({ id }) => receivedBy(id), align: 'end' },
    ({ id, name }) => (
      <Group gap="xs" wrap="nowrap" justify="flex-end">
        {receivedBy(id) === 0 ? null : (
          <Sparkline values={figures.get(id)?.series ?? []} sentence={words.eventsOf(name, receivedBy(id))} />
        )}
        <span>{formatNumber(receivedBy(id))}</span>
      </Group>
    ),
  );
  const rejected: Column<Collector> = column(
    'rejected',
    words.columns.rejected,
    { sort: ({ id }) => rejectedBy(id), align: 'end' },
    ({ id }) => <Text c={rejectedBy(id) === 0 ? 'dimmed' : 'var(--console-bad)'}>{formatNumber(rejectedBy(id))}</Text>,
  );
  const last = timeColumn<Collector>('last', words.columns.last, ({ id }) => lastOf.get(id) ?? null, {
    none: <Text c="dimmed">{words.noEvent}</Text>,
  });
  return [...own, ...(stats === undefined ? [] : [events, rejected, last]), modifiedColumn<Collector>()];
}
