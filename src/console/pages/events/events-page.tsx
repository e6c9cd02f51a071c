import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { nouns } from '../../messages/counts.ts';
import { events as words } from '../../messages/en/events.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { ExportMenu } from '../../parts/list/export-menu.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Page } from '../../shell/page.tsx';
import { usePageKeys } from '../../shell/shortcuts.ts';
import { eventColumns } from './event-columns.tsx';
import { eventCsv } from './event-csv.ts';
import { useEventFeed } from './event-feed.ts';
import { AddFilter, EventChips } from './event-filter-bar.tsx';
import { type EventFilters, isFiltered, queryOf } from './event-filters.ts';
import { useEventRows } from './event-rows.ts';
import css from './events.module.css';
import { LiveBar } from './live-bar.tsx';

/** From here on somebody reads further down, and new rows would push away what they read. */
const scrolledPx = 160;

export function EventsPage(): ReactNode {
  const search = useSearch({ from: '/shell/events' });
  const navigate = useNavigate({ from: '/events' });
  const mayLook = useMay('events:view');
  const maySee = useMay('payloads:view');
  const [isPaused, pause] = useState(false);
  const { cursor, sort: _, ...filters } = search;
  const query = useQuery({
    ...apiQuery('listEvents', { query: { ...queryOf(filters), cursor, limit: 50 } }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  const isFirstPage = cursor === undefined;
  const feed = useEventFeed({
    filters,
    isPaused,
    isOn: mayLook && isFirstPage,
    onConnected: () => void query.refetch(),
  });
  const rows = useEventRows(isFirstPage ? feed.rows : [], query.data?.data, filters);
  const collectors = useNamed('listCollectors');
  const columns = useMemo(() => eventColumns(collectors), [collectors]);
  useRowKeys(rows, (eventId) => void navigate({ to: '/events/$eventId', params: { eventId } }));
  usePauseOnReading(() => pause(true));

  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const filter = (next: EventFilters) => change({ ...next, cursor: undefined });
  function goLive() {
    pause(false);
    scrollTo({ top: 0 });
    if (!isFirstPage) change({ cursor: undefined });
  }

  const { data } = query;
  const shown = data === undefined ? undefined : { ...data, data: rows };
  return (
    <Page
      title={shell.pages.events}
      lead={words.lead}
      right="events:view"
      actions={
        <>
          <ExportMenu
            name="events"
            rows={(signal) => client().list('listEvents', { query: { ...queryOf(filters), limit: 200 }, signal })}
            {...eventCsv}
          />
          <Button component={Link} to="/trace" variant="default">
            {terms.startTrace}
          </Button>
        </>
      }
    >
      <ListPage
        name={shell.pages.events}
        query={{ ...query, data: shown } as never} // the same answer, with what came since on top
        columns={columns}
        rowKey={({ event }) => event.id}
        search={search}
        noun={nouns.events}
        filterBy={words.filterBy}
        onSearch={change}
        isFiltered={isFiltered(filters)}
        onClear={() => void navigate({ search: {} })}
        filters={<AddFilter filters={filters} onChange={filter} />}
        notice={
          <>
            <EventChips filters={filters} onChange={filter} />
            {maySee ? null : <p className={css['note']}>{words.needPayloads(rights['payloads:view'])}</p>}
            <LiveBar
              feed={feed}
              isPaused={isPaused}
              isFirstPage={isFirstPage}
              onPause={() => pause(true)}
              onLive={goLive}
            />
          </>
        }
        beyond={
          data === undefined || !isFiltered(filters) ? null : (
            <SearchedTo
              next={data.page.next}
              last={data.data.at(-1)?.receivedAt}
              onNext={(next) => change({ cursor: next })}
            />
          )
        }
        empty={{
          icon: 'events',

          text: words.emptyText,
          action: (
            <Button component={Link} to="/data-collection">
              {words.emptyAction}
            </Button>
          ),
          code: 'npm run demo',
        }}
      />
      {rows.length === 0 ? null : <p className={css['note']}>{words.keys}</p>}
    </Page>
  );
}

type SearchedProps = { next: string | null; last: string | undefined; onNext: (cursor: string) => void };

/** A search looks at so many events at once: how far it came, and on from there. */
function SearchedTo({ next, last, onNext }: SearchedProps): ReactNode {
  if (next === null) return <p className={css['note']}>{words.searchedAll}</p>;
  return (
    <p className={css['note']}>
      {last === undefined ? null : (
        <>
          {words.searchedTo} <Time at={last} />.
        </>
      )}
      <Button variant="default" size="xs" onClick={() => onNext(next)}>
        {words.searchOn}
      </Button>
    </p>
  );
}

/** Whoever walks over the rows or scrolls down reads: the list stays as it is then. */
function usePauseOnReading(pause: () => void): void {
  useEffect(() => {
    const scrolled = () => {
      if (scrollY > scrolledPx) pause();
    };
    const focused = ({ target }: FocusEvent) => {
      if (target instanceof Element && target.matches('[data-row-link]')) pause();
    };
    addEventListener('scroll', scrolled, { passive: true });
    document.addEventListener('focusin', focused);
    return () => {
      removeEventListener('scroll', scrolled);
      document.removeEventListener('focusin', focused);
    };
  });
}

/** `x` explains and `c` copies the event whose row has the focus. */
function useRowKeys(rows: ReturnType<typeof useEventRows>, explain: (eventId: string) => void): void {
  const { copy } = useClipboard();
  const focused = () => {
    const id = document.activeElement?.closest('[data-row-link]')?.getAttribute('data-event');
    return rows.find(({ event }) => event.id === id)?.event;
  };
  usePageKeys({
    x() {
      const event = focused();
      if (event !== undefined) explain(event.id);
    },
    c() {
      const event = focused();
      if (event === undefined) return;
      copy(JSON.stringify(event, null, 2));
      notifyDone(words.copied);
    },
  });
}
