import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { errors } from '../../../contract/errors.ts';
import { useNamed } from '../../data/named.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { formatBytes } from '../../messages/format.ts';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { Time } from '../../parts/time.tsx';
import { mentions, type RejectedRequest, rejectedQuery } from './rejected.ts';
import css from './rejected-requests.module.css';

const words = dataCollection.rejected;

type Search = { filter?: string | undefined; cursor?: string | undefined };

type Props = {
  /** Of one collector; undefined: of all, and with keys that no collector has. */
  collectorId?: string;
  search: Search;
  onSearch: (change: Search) => void;
  /** Further choice among those of all collectors. */
  keys?: 'unknown' | 'known' | undefined;
  filters?: ReactNode;
  onClear?: () => void;
};

/** Requests that the intake refused: when, why, and what helps. */
export function RejectedRequests({ collectorId, search, onSearch, keys, filters, onClear }: Props): ReactNode {
  const query = useQuery({
    ...rejectedQuery(collectorId),
    select: (rows) => ({
      data: rows.filter(
        (row) =>
          (keys === undefined || (row.collectorId === null) === (keys === 'unknown')) &&
          mentions(row, search.filter ?? ''),
      ),
      page: { next: null, prev: null },
    }),
  });
  return (
    <ListPage
      name={dataCollection.parts.rejected}
      query={query}
      columns={collectorId === undefined ? [when, sender, ...columns] : [when, ...columns]}
      rowKey={({ id }) => id}
      search={search}
      onSearch={onSearch}
      isFiltered={keys !== undefined}
      {...(onClear === undefined ? {} : { onClear })}
      filters={filters}
      empty={{ icon: 'check', title: words.emptyTitle, text: words.emptyText }}
      emptyByFilter={words.emptyByFilter}
    />
  );
}

const when: Column<RejectedRequest> = {
  id: 'at',
  header: words.columns.at,
  isFixed: true,
  cell: ({ at }) => <Time at={at} />,
};

const sender: Column<RejectedRequest> = {
  id: 'collector',
  header: words.columns.collector,
  cell: ({ collectorId, key }) => <Sender collectorId={collectorId} requestKey={key} />,
};

function Sender({ collectorId, requestKey }: { collectorId: string | null; requestKey: string }): ReactNode {
  const collectors = useNamed('listCollectors');
  if (collectorId === null)
    return (
      <>
        <Text size="sm" c="var(--console-bad)" fw={550}>
          {words.unknownKey}
        </Text>
        <Code className={css['key'] ?? ''} title={requestKey}>
          {requestKey}
        </Code>
      </>
    );
  return (
    <Link to="/data-collection/$collectorId" params={{ collectorId }} className={css['link'] ?? ''}>
      {collectors.get(collectorId)?.name ?? collectorId}
    </Link>
  );
}

const columns: readonly Column<RejectedRequest>[] = [
  {
    id: 'reason',
    header: words.columns.reason,
    cell: ({ status, code, detail, collectorId }) => (
      <div className={css['reason']}>
        <Text fw={550}>
          {isDisabled(code, collectorId) ? words.disabled : titleOf(code)}{' '}
          <span className={css['status']}>{status}</span>
        </Text>
        <Text size="sm" c="dimmed">
          {detail}
        </Text>
      </div>
    ),
  },
  {
    id: 'cure',
    header: words.columns.cure,
    cell: ({ code, collectorId }) => (
      <Text size="sm" className={css['cure'] ?? ''}>
        {isDisabled(code, collectorId) ? words.enableIt : cureOf(code)}
      </Text>
    ),
  },
  {
    id: 'origin',
    header: words.columns.origin,
    cell: ({ origin }) => (
      <Text size="sm" truncate maw="14rem" title={origin ?? ''}>
        {origin ?? words.none}
      </Text>
    ),
  },
  { id: 'size', header: words.columns.size, align: 'end', cell: ({ bytes }) => formatBytes(bytes) },
  {
    id: 'path',
    header: words.columns.path,
    isHiddenAtFirst: true,
    cell: ({ method, path }) => (
      <Text ff="monospace" size="sm" truncate maw="16rem" title={path}>
        {`${method} ${path}`}
      </Text>
    ),
  },
  { id: 'address', header: words.columns.address, isHiddenAtFirst: true, cell: ({ address }) => address },
];

/** The key is one of ours, so that only a collector that is switched off can have refused it as unknown. */
const isDisabled = (code: string, collectorId: string | null) => code === 'unknown_collector' && collectorId !== null;

const known = (code: string) => (code in errors ? errors[code as keyof typeof errors] : null); // just looked up
const titleOf = (code: string) => known(code)?.[1] ?? code;
const cureOf = (code: string) => known(code)?.[3] ?? words.none;
