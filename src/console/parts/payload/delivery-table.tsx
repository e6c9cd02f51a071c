import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { shell } from '../../messages/en/shell.ts';
import { useMay } from '../../session/rights.ts';
import { NoRight } from '../../shell/page.tsx';
import { ListPage } from '../list/list-page.tsx';
import { useDeliveryColumns } from './delivery-columns.tsx';

type Props = {
  /** Which deliveries: of an event, an action, a connection, a destination. */
  filter: NonNullable<CallInput<'listDeliveries'>['query']>;
  cursor: string | undefined;
  onCursor: (cursor: string | undefined) => void;
  empty?: { title?: string; text: string };
  /** Names the table, where a page has another part called Deliveries. */
  name?: string;
};

/** The deliveries of one object, newest first, kept up to date. */
export function DeliveryTable({ filter, cursor, onCursor, empty, name = shell.pages.deliveries }: Props): ReactNode {
  const mayLook = useMay('deliveries:view');
  const query = useQuery({
    ...apiQuery('listDeliveries', { query: { ...filter, cursor } }),
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
    enabled: mayLook,
  });
  const columns = useDeliveryColumns(query.data?.data ?? []);
  if (!mayLook) return <NoRight right="deliveries:view" />;
  return (
    <ListPage
      name={name}
      isPlain
      query={query}
      columns={columns}
      rowKey={({ id }) => id}
      search={{ cursor }}
      onSearch={(change) => onCursor(change.cursor)}
      empty={{ icon: 'deliveries', text: words.emptyText, ...empty }}
      noun={nouns.deliveries}
    />
  );
}
