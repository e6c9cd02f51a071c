import { Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { errors } from '../../../contract/errors.ts';
import { useNamed } from '../../data/named.ts';
import { nouns } from '../../messages/counts.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatBytes } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { type Column, ListPage, type ListState } from '../../parts/list/list-page.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { Time } from '../../parts/time.tsx';
import { type RejectedRequest, rejectedQuery } from './rejected.ts';
import css from './rejected-requests.module.css';

const words = dataCollection.rejected;

type Props = {
  /** Of one collector; undefined: of all, and with keys that no collector has. */
  collectorId?: string;
  search: ListState & { keys?: 'unknown' | 'known' | undefined };
};

/** Requests that the intake refused: when, why, and what helps. */
export function RejectedRequests({ collectorId, search }: Props): ReactNode {
  const isOfAll = collectorId === undefined;
  const { list } = useListPage({
    name: dataCollection.parts.rejected,
    noun: nouns.rejections,
    search,
    query: useQuery(rejectedQuery(collectorId)),
    columns: isOfAll ? ofAll : ofOne,
    rowKey,
    filterBy: words.filterBy,
    texts,
    filters: isOfAll ? [{ key: 'keys', label: words.keys, options: options(words.keyKinds), of: keysOf }] : [],
    empty: { icon: 'check', title: words.emptyTitle, text: words.emptyText },
  });
  return <ListPage {...list} />;
}

const keysOf = ({ collectorId }: RejectedRequest) => (collectorId === null ? 'unknown' : 'known');
const rowKey = ({ id }: RejectedRequest) => id;
const texts = ({ key, path, detail, code, origin, address }: RejectedRequest) => [
  key,
  path,
  detail,
  code,
  origin ?? '',
  address,
];

const when: Column<RejectedRequest> = {
  id: 'at',
  header: terms.time,
  isFixed: true,
  sort: ({ at }) => at,
  cell: ({ at }) => <Time at={at} show="log" />,
};

const sender: Column<RejectedRequest> = {
  id: 'collector',
  header: terms.collector,
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
    header: terms.reason,
    isText: true,
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
    isText: true,
    cell: ({ code, collectorId }) => (
      <Text size="sm" className={css['cure'] ?? ''}>
        {isDisabled(code, collectorId) ? words.enableIt : cureOf(code)}
      </Text>
    ),
  },
  {
    id: 'origin',
    header: words.columns.origin,
    isText: true,
    cell: ({ origin }) => (
      <Text size="sm" truncate title={origin ?? ''}>
        {origin ?? words.none}
      </Text>
    ),
  },
  {
    id: 'size',
    header: terms.size,
    align: 'end',
    sort: ({ bytes }) => bytes,
    cell: ({ bytes }) => formatBytes(bytes),
  },
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

const ofOne = [when, ...columns];
const ofAll = [when, sender, ...columns];

/** The key is one of ours, so that only a collector that is switched off can have refused it as unknown. */
const isDisabled = (code: string, collectorId: string | null) => code === 'unknown_collector' && collectorId !== null;

const known = (code: string) => (code in errors ? errors[code as keyof typeof errors] : null); // just looked up
const titleOf = (code: string) => known(code)?.[1] ?? code;
const cureOf = (code: string) => known(code)?.[3] ?? words.none;
