import { Code, Group, Menu, Text } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { useStats } from '../../data/stats.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import type { Column } from '../../parts/list/list-page.tsx';
import { modifiedColumn, nameColumn, statusColumn } from '../../parts/list/standard-columns.tsx';
import { statusFilter } from '../../parts/list/use-list-page.tsx';
import { useMay } from '../../session/rights.ts';
import { CollectionNav } from './collection-nav.tsx';
import { type Collector, collectorKind, originsInWords } from './collector.ts';
import { DeleteCollector, RotateKey } from './collector-dialogs.tsx';
import { eventColumns } from './event-columns.tsx';
import { LastEvent } from './last-event.tsx';
import { UnknownKeys } from './rejected-requests.tsx';

export function CollectorsPage(): ReactNode {
  const maySeeEvents = useMay('events:view');
  const stats = useStats('collector').data;
  const [rotated, rotate] = useState<Collector | null>(null);
  const { change } = useStatusChange('changeCollector', collectorKind.nameOf, words.changed);
  const columns = useMemo(
    () => [
      ...own,
      ...(stats === undefined ? [] : eventColumns(stats)),
      ...(maySeeEvents ? [lastEvent] : []),
      modifiedColumn<Collector>(),
    ],
    [stats, maySeeEvents],
  );
  return (
    <DocumentsPage
      kind={collectorKind}
      words={{ ...words, list: words.parts.collectors }}
      noun="collectors"
      icon="collection"
      code="millrace apply collectors.yaml"
      columns={columns}
      filters={[statusFilter]}
      texts={({ name, key }) => [name, key]}
      deletion={DeleteCollector}
      items={(collector) => {
        const isEnabled = collector.status === 'enabled';
        return (
          <>
            <Menu.Item onClick={() => void change(collector, isEnabled ? 'disabled' : 'enabled')}>
              {isEnabled ? terms.disable : terms.enable}
            </Menu.Item>
            <Menu.Item onClick={() => rotate(collector)}>{words.rotate}</Menu.Item>
          </>
        );
      }}
      above={
        <>
          <CollectionNav />
          <UnknownKeys />
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
  {
    id: 'key',
    header: words.columns.key,
    cell: ({ key, name }) => (
      <Group gap={4} wrap="nowrap">
        <Code title={key}>{`${key.slice(0, 8)}…`}</Code>
        <CopyIcon text={key} label={words.copyKey(name)} />
      </Group>
    ),
  },
  {
    id: 'formats',
    header: words.columns.formats,
    isHiddenAtFirst: true,
    cell: ({ formats }) => formats.map((format) => words.formats[format]).join(', '),
  },
  {
    id: 'origins',
    header: words.columns.origins,
    isText: true,
    cell: (row) => (
      <Text truncate title={row.allowedOrigins.join('\n')}>
        {originsInWords(row)}
      </Text>
    ),
  },
];

const lastEvent: Column<Collector> = {
  id: 'last',
  header: words.columns.last,
  cell: ({ id }) => <LastEvent collectorId={id} />,
};
