import { Button, Group, Switch, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentProps, type ReactNode, Suspense, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { kept, liveMs, useApiQuery } from '../../data/data.ts';
import { formatAbsolute, nouns, parts, replays, shell, terms, deliveries as words } from '../../messages/en.ts';
import { bindChecked } from '../../parts/form/bind.ts';
import { TimeField } from '../../parts/form/time-field.tsx';
import { ExportMenu } from '../../parts/list/export-menu.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { ButtonLink, Note, useNow } from '../../parts/parts.ts';
import { useDeliveryColumns } from '../../parts/payload/delivery-columns.tsx';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { filterOf, isReplayable } from '../../parts/replay/replay-draft.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { Page } from '../../shell/page.tsx';
import { BulkDialog } from './bulk-dialog.tsx';
import css from './deliveries-page.module.css';
import { isDeliveryId, queryOf, useDeliveryFilters } from './delivery-filters.ts';
import { DeliveryHistogram } from './delivery-histogram.tsx';

const w = words.filters;

const DeliveryPeek = lazyPart(() => import('./delivery-peek.tsx'), 'DeliveryPeek');

export function DeliveriesPage(): ReactNode {
  const search = useSearch({ from: '/shell/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const mayLook = useMay('deliveries:view');
  const mayManage = useMay('deliveries:manage');
  const maySee = useMay('payloads:view');
  const now = useNow();
  const [isFresh, refresh] = useState(true);
  const { selection, select } = useSelection(JSON.stringify({ ...search, peek: undefined }));
  // What was meant when the button was pressed: the list goes on changing behind the dialog.
  const [asked, ask] = useState<Pick<ComponentProps<typeof BulkDialog>, 'verb' | 'what'> | null>(null);
  const filter = queryOf(maySee ? search : { ...search, by: 'visitor' }, now);
  // Such a search takes up to two seconds of reading.
  const isSearch = [filter.q, filter.visitorId, filter.httpStatus, filter.durationMsMin].some(
    (one) => one !== undefined,
  );
  const query = useApiQuery(
    'listDeliveries',
    { query: { ...filter, cursor: search.cursor } },
    { ...kept, refetchInterval: isFresh && !isSearch ? liveMs : false },
  );
  const rows = query.data?.data ?? [];
  const ticked = selection === 'all' ? new Set(rows.map(({ id }) => id)) : selection;
  const isAllReplayable = isReplayable(filter);

  const { list, change } = useListPage({
    name: shell.pages.deliveries,
    noun: nouns.deliveries,
    search,
    query,
    columns: useDeliveryColumns(query.data?.data, (part) => change(part)),
    filterBy: words.filterBy,
    filters: useDeliveryFilters(),
    notice: mayLook ? (
      <DeliveryHistogram
        filter={filter}
        isFresh={isFresh && !isSearch}
        onStatus={(status, unresolved) => change({ status, unresolved })}
        // Not in place: Back leads to the wider range.
        onRange={(from, until) =>
          void navigate({ search: { ...search, cursor: undefined, range: 'custom', from, until } })
        }
      />
    ) : null,
    peek: {
      nameOf: ({ id, status }) => `${parts.status[status]} ${id}`,
      more: ({ id }) => (
        <Suspense>
          <DeliveryPeek id={id} />
        </Suspense>
      ),
    },
    selection: mayManage
      ? { selected: ticked, onSelect: select, nameOf: ({ id, status }: Delivery) => `${parts.status[status]} ${id}` }
      : undefined,
    empty: {
      icon: 'deliveries',
      text: words.emptyText,
      action: (
        <ButtonLink variant="filled" to="/actions/new">
          {terms.newAction}
        </ButtonLink>
      ),
    },
    beyond:
      query.data === undefined || !isSearch ? null : (
        <Searched page={query.data} onNext={(cursor) => change({ cursor })} />
      ),
  });
  const askFor = (verb: 'retry' | 'cancel') =>
    ask({ verb, what: selection === 'all' ? filter : rows.filter(({ id }) => selection.has(id)) });

  return (
    <Page
      title={shell.pages.deliveries}
      lead={words.lead}
      right="deliveries:view"
      actions={
        <Group gap="sm">
          <Switch size="sm" label={words.refresh} {...bindChecked(isFresh, refresh)} />
          {list.isFiltered && isAllReplayable ? (
            <ReplayButton label={replays.openAll} from={() => ({ of: 'deliveries', filter: filterOf(filter) })} />
          ) : null}
          <ExportMenu
            name="deliveries"
            rows={(signal) => client().list('listDeliveries', { query: filter, signal })}
            columns="id status reason errorKind detail eventId actionId connectionId destinationId attempts createdAt finishedAt nextAttemptAt test"
          />
        </Group>
      }
    >
      <ListPage
        {...list}
        onSearch={(next) => {
          if (!isDeliveryId(next.filter)) list.onSearch(next);
          else void navigate({ to: '/deliveries/$deliveryId', params: { deliveryId: next.filter.trim() } });
        }}
        filters={
          <>
            {list.filters}
            {search.range === 'custom' ? (
              <>
                <TimeField label={w.from} value={search.from} onChange={(from) => change({ from })} />
                <TimeField label={w.until} value={search.until} onChange={(until) => change({ until })} />
              </>
            ) : null}
          </>
        }
      />
      {mayManage && ticked.size > 0 ? (
        <Group gap="xs" className={css['bar'] ?? ''} role="group" aria-label={words.selected(ticked.size)}>
          <Text fw={600} role="status">
            {selection === 'all' ? words.allSelected : words.selected(ticked.size)}
          </Text>
          {selection === 'all' ? null : (
            <Button size="xs" onClick={() => select('all')}>
              {words.selectAllMatching}
            </Button>
          )}
          {/* All that match, however many: that is a replay. */}
          {selection === 'all' && isAllReplayable ? null : (
            <Button variant="filled" size="xs" onClick={() => askFor('retry')}>
              {terms.retry}
            </Button>
          )}
          {selection === 'all' && !isAllReplayable ? null : (
            <ReplayButton
              size="xs"
              variant={selection === 'all' ? 'filled' : 'default'}
              from={() => ({
                of: 'deliveries',
                ...(selection === 'all' ? { filter: filterOf(filter) } : { ids: [...selection] }),
              })}
              onDone={() => select(none)}
            />
          )}
          <Button size="xs" onClick={() => askFor('cancel')}>
            {words.cancel}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => select(none)}>
            {words.clearSelection}
          </Button>
          <Text size="xs" c="dimmed">
            {words.difference}
          </Text>
        </Group>
      ) : null}
      {asked === null ? null : (
        <BulkDialog
          {...asked}
          onClose={(isDone) => {
            ask(null);
            if (isDone) select(none);
          }}
        />
      )}
    </Page>
  );
}

const none: ReadonlySet<string> = new Set();

/** The ids of the selected rows, or all that match. Another search selects nothing. */
function useSelection(search: string) {
  const [kept, keep] = useState<{ of: string; ids: ReadonlySet<string> | 'all' }>({ of: search, ids: none });
  return {
    selection: kept.of === search ? kept.ids : none,
    select: (ids: ReadonlySet<string> | 'all') => keep({ of: search, ids }),
  };
}

type SearchedProps = { page: RouteResponse<'listDeliveries'>; onNext: (cursor: string) => void };

/** How far a search got, and how it continues. */
function Searched({ page: { searched, page }, onNext }: SearchedProps): ReactNode {
  if (searched === undefined) return null;
  const { deliveries: count, until } = searched;
  const { next } = page;
  return (
    <Group gap="sm" mt="xs">
      <Note role="status">
        {until === null ? words.searchedAll(count) : words.searchedTo(count, formatAbsolute(new Date(until)).local)}
      </Note>
      {next === null || until === null ? null : (
        <Button size="xs" onClick={() => onNext(next)}>
          {words.searchOn}
        </Button>
      )}
    </Group>
  );
}
