import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../client/client.ts';
import { kept, live, useApiQuery } from '../../data/data.ts';
import { nouns, shell, deliveries as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { ListPage } from '../list/list-page.tsx';
import { useListPage } from '../list/use-list-page.tsx';
import { NoRight } from '../parts.ts';
import { useDeliveryColumns } from './delivery-columns.tsx';

type Props = {
  /** Which deliveries: of an event, an action, a connection, a destination. */
  filter: NonNullable<CallInput<'listDeliveries'>['query']>;
  empty?: { title?: string; text: string };
  /** Names the table, where a page has another part called Deliveries. */
  name?: string;
};

/** The deliveries of one object, newest first, kept up to date. The page's address holds the cursor. */
export function DeliveryTable({ filter, empty, name = shell.pages.deliveries }: Props): ReactNode {
  const mayLook = useMay('deliveries:view');
  const { cursor } = useSearch({ strict: false }) as { cursor?: string }; // of any page with this table
  const query = useApiQuery('listDeliveries', { query: { ...filter, cursor } }, { ...kept, ...live });
  const { list } = useListPage({
    name,
    noun: nouns.deliveries,
    search: { cursor },
    query,
    columns: useDeliveryColumns(query.data?.data),
    empty: { icon: 'deliveries', text: words.emptyText, ...empty },
  });
  if (!mayLook) return <NoRight right="deliveries:view" />;
  return <ListPage {...list} isPlain />;
}
