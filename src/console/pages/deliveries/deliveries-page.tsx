import { Button, Group, Switch, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
import { liveMs } from '../../data/refresh.ts';
import { nouns } from '../../messages/counts.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays } from '../../messages/en/replays.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute } from '../../messages/format.ts';
import { ExportMenu } from '../../parts/list/export-menu.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { useDeliveryColumns } from '../../parts/payload/delivery-columns.tsx';
import { useNow } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Page } from '../../shell/page.tsx';
import { ReplayButton } from '../replays/replay-button.tsx';
import { filterOf, isReplayable } from '../replays/replay-draft.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { deliveryCsv } from './delivery-csv.ts';
import { DeliveryChips, DeliveryFilterBar } from './delivery-filter-bar.tsx';
import { type DeliveryFilters, isDeliveryId, isFiltered, queryOf } from './delivery-filters.ts';
import { DeliveryHistogram } from './delivery-histogram.tsx';

export function DeliveriesPage(): ReactNode {
  const search = useSearch({ from: '/shell/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const mayLook = useMay('deliveries:view');
  const mayManage = useMay('deliveries:manage');
  const now = useNow();
  const [isFresh, refresh] = useState(true);
  const [selected, select] = useState<ReadonlySet<string>>(new Set());
  const [isAll, selectAll] = useState(false);
  // What was meant when the button was pressed: the list goes on changing behind the dialog.
  const [asked, setAsked] = useState<Pick<Parameters<typeof BulkDialog>[0], 'verb' | 'what'> | null>(null);
  const maySee = useMay('payloads:view');
  const { cursor, sort: _, ...address } = search;
  const filters: DeliveryFilters = maySee ? address : { ...address, by: 'visitor' };
  const filter = queryOf(filters, now);
  // Such a search takes up to two seconds of reading.
  const isSearch = [filter.q, filter.visitorId, filter.httpStatus, filter.durationMsMin].some(
    (one) => one !== undefined,
  );
  const query = useQuery({
    ...apiQuery('listDeliveries', { query: { ...filter, cursor } }),
    placeholderData: keepPreviousData,
    refetchInterval: isFresh && !isSearch ? liveMs : false,
    enabled: mayLook,
  });
  const rows = query.data?.data ?? [];
  const columns = useDeliveryColumns(rows, (part) => filterBy(part));
  const forget = () => {
    select(new Set());
    selectAll(false);
  };
  function change(next: Partial<typeof search>) {
    forget();
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  }
  function filterBy(next: DeliveryFilters) {
    if (isDeliveryId(next.filter))
      void navigate({ to: '/deliveries/$deliveryId', params: { deliveryId: next.filter.trim() } as never });
    else change({ ...next, cursor: undefined });
  }
  const ask = (verb: 'retry' | 'cancel') =>
    setAsked({ verb, what: isAll ? filter : rows.filter(({ id }) => selected.has(id)) });
  const ticked = isAll ? new Set(rows.map(({ id }) => id)) : selected;

  return (
    <Page
      title={shell.pages.deliveries}
      lead={words.lead}
      right="deliveries:view"
      actions={
        <Group gap="sm">
          <Switch
            size="sm"
            label={words.refresh}
            checked={isFresh}
            onChange={(event) => refresh(event.currentTarget.checked)}
          />
          {mayManage && isFiltered(filters) && isReplayable(filter) ? (
            <ReplayButton label={replays.openAll} from={() => ({ of: 'deliveries', filter: filterOf(filter) })} />
          ) : null}
          <ExportMenu
            name="deliveries"
            rows={(signal) => client().list('listDeliveries', { query: filter, signal })}
            {...deliveryCsv}
          />
        </Group>
      }
    >
      <ListPage
        name={shell.pages.deliveries}
        query={query}
        columns={columns}
        rowKey={({ id }) => id}
        search={search}
        noun={nouns.deliveries}
        filterBy={words.filterBy}
        onSearch={(next) => ('filter' in next ? filterBy(next) : change(next))}
        isFiltered={isFiltered(filters)}
        onClear={() => {
          forget();
          void navigate({ search: {} });
        }}
        filters={<DeliveryFilterBar filters={filters} onChange={filterBy} />}
        notice={
          <>
            <DeliveryChips filters={filters} onChange={filterBy} />
            {mayLook ? (
              <DeliveryHistogram
                filter={filter}
                isFresh={isFresh && !isSearch}
                onStatus={(status) => filterBy({ status })}
                onRange={(from, until) => {
                  forget();
                  // Not in place: Back leads to the wider range.
                  void navigate({ search: { ...address, range: 'custom', from, until } });
                }}
              />
            ) : null}
            {mayManage && ticked.size > 0 ? (
              <Group gap="xs" mb="xs" role="group" aria-label={words.selected(ticked.size)}>
                <Text fw={600} role="status">
                  {isAll ? words.allSelected : words.selected(ticked.size)}
                </Text>
                {isAll ? null : (
                  <Button variant="default" size="xs" onClick={() => selectAll(true)}>
                    {words.selectAllMatching}
                  </Button>
                )}
                {/* All that match, however many: that is a replay. */}
                {isAll && isReplayable(filter) ? null : (
                  <Button size="xs" onClick={() => ask('retry')}>
                    {terms.retry}
                  </Button>
                )}
                {isAll && !isReplayable(filter) ? null : (
                  <ReplayButton
                    size="xs"
                    variant={isAll ? 'filled' : 'default'}
                    from={() =>
                      isAll ? { of: 'deliveries', filter: filterOf(filter) } : { of: 'deliveries', ids: [...selected] }
                    }
                    onDone={forget}
                  />
                )}
                <Button size="xs" variant="default" onClick={() => ask('cancel')}>
                  {words.cancel}
                </Button>
                <Button size="xs" variant="subtle" color="gray" onClick={forget}>
                  {words.clearSelection}
                </Button>
                <Text size="xs" c="dimmed">
                  {words.difference}
                </Text>
              </Group>
            ) : null}
          </>
        }
        {...(mayManage
          ? {
              selection: {
                selected: ticked,
                onSelect: (next: ReadonlySet<string>) => {
                  selectAll(false);
                  select(next);
                },
                nameOf: ({ id, status }: { id: string; status: keyof typeof parts.status }) =>
                  `${parts.status[status]} ${id}`,
              },
            }
          : {})}
        empty={{
          icon: 'deliveries',
          text: words.emptyText,
          action: (
            <Button component={Link} to="/actions/new">
              {terms.newAction}
            </Button>
          ),
        }}
        beyond={
          query.data === undefined || !isSearch ? null : (
            <Searched page={query.data} onNext={(next) => change({ cursor: next })} />
          )
        }
      />
      {asked === null ? null : (
        <BulkDialog
          {...asked}
          onClose={(isDone) => {
            setAsked(null);
            if (isDone) forget();
          }}
        />
      )}
    </Page>
  );
}

/** How far a search got, and how it continues. */
function Searched({
  page: { searched, page },
  onNext,
}: {
  page: Answer<'listDeliveries'>;
  onNext: (next: string) => void;
}): ReactNode {
  if (searched === undefined) return null;
  const { deliveries: count, until } = searched;
  return (
    <Group gap="sm" mt="xs">
      <Text size="sm" c="dimmed" role="status">
        {until === null ? words.searchedAll(count) : words.searchedTo(count, formatAbsolute(new Date(until)).local)}
      </Text>
      {page.next === null || until === null ? null : (
        <Button variant="default" size="xs" onClick={() => onNext(page.next ?? '')}>
          {words.searchOn}
        </Button>
      )}
    </Group>
  );
}
