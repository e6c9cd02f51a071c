import { Button, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { kept, useApiQuery, useCollectors } from '../../data/data.ts';
import { nouns, parts, shell, terms, events as words } from '../../messages/en.ts';
import { ExportMenu } from '../../parts/list/export-menu.tsx';
import { ListPage } from '../../parts/list/list-page.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { ButtonLink, Icon, notifyDone, Time, toneColor } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Page } from '../../shell/page.tsx';
import { usePageKeys } from '../../shell/shortcuts.ts';
import { eventColumns } from './event-columns.tsx';
import { useEventFeed } from './event-feed.ts';
import { queryOf, useEventFilters } from './event-filters.ts';
import { type EventRow, useEventRows } from './event-rows.ts';
import css from './live-bar.module.css';

/** Further down, new rows would push away what is being read. */
const scrolledPx = 160;

export function EventsPage(): ReactNode {
  const search = useSearch({ from: '/shell/events' });
  const navigate = useNavigate({ from: '/events' });
  const mayLook = useMay('events:view');
  const maySee = useMay('payloads:view');
  const [isPaused, pause] = useState(false);
  const { cursor } = search;
  const query = useApiQuery('listEvents', { query: { ...queryOf(search), cursor, limit: 50 } }, kept);
  const { data } = query;
  const isFirstPage = cursor === undefined;
  const feed = useEventFeed({
    filters: search,
    isPaused,
    isOn: mayLook && isFirstPage,
    onConnected: () => void query.refetch(),
  });
  const rows = useEventRows(isFirstPage ? feed.rows : [], data?.data, search);
  const collectors = useCollectors();
  useRowKeys(rows, (eventId) => void navigate({ to: '/events/$eventId', params: { eventId } }));
  usePauseOnReading(() => pause(true));

  const { list, change } = useListPage({
    name: shell.pages.events,
    noun: nouns.events,
    search,
    // The same page of the list, with newer events on top.
    query: { ...query, data: data === undefined ? undefined : { ...data, data: [...rows] } },
    columns: useMemo(() => eventColumns(collectors), [collectors]),
    rowKey,
    filterBy: words.filterBy,
    filters: useEventFilters(search),
    notice: (
      <>
        {maySee ? null : <Note>{words.needPayloads(rights['payloads:view'])}</Note>}
        <LiveBar
          feed={feed}
          isPaused={isPaused}
          isFirstPage={isFirstPage}
          onPause={() => pause(true)}
          onLive={() => {
            pause(false);
            scrollTo({ top: 0 });
            if (!isFirstPage) change({});
          }}
        />
      </>
    ),
    empty: {
      icon: 'events',
      text: words.emptyText,
      action: (
        <ButtonLink variant="filled" to="/data-collection">
          {words.emptyAction}
        </ButtonLink>
      ),
      code: 'npm run demo',
    },
  });
  return (
    <Page
      title={shell.pages.events}
      lead={words.lead}
      right="events:view"
      actions={
        <>
          <ExportMenu
            name="events"
            rows={(signal) => client().list('listEvents', { query: { ...queryOf(search), limit: 200 }, signal })}
            columns="id name visitorId anonymousId sessionId occurredAt receivedAt collectorId format data ext"
            cellsOf={(event) => ({ ...event, ...event.source })}
          />
          <ButtonLink to="/trace">{terms.startTrace}</ButtonLink>
        </>
      }
    >
      <ListPage
        {...list}
        beyond={
          data === undefined || list.isFiltered !== true ? null : (
            <SearchedTo
              next={data.page.next}
              last={data.data.at(-1)?.receivedAt}
              onNext={(next) => change({ cursor: next })}
            />
          )
        }
      />
      {rows.length === 0 ? null : <Note>{words.keys}</Note>}
    </Page>
  );
}

const rowKey = ({ event }: EventRow) => event.id;

function Note({ children }: { children: ReactNode }): ReactNode {
  return (
    <Group gap="xs" my="0.6rem" c="dimmed" fz="sm">
      {children}
    </Group>
  );
}

type SearchedProps = { next: string | null; last: string | undefined; onNext: (cursor: string) => void };

/** A search looks at a limited number of events at once: how far it got, and how it continues. */
function SearchedTo({ next, last, onNext }: SearchedProps): ReactNode {
  if (next === null) return <Note>{words.searchedAll}</Note>;
  return (
    <Note>
      {last === undefined ? null : (
        <Text inherit span>
          {words.searchedTo} <Time at={last} />.
        </Text>
      )}
      <Button size="xs" onClick={() => onNext(next)}>
        {words.searchOn}
      </Button>
    </Note>
  );
}

/** A move of the focus to a row, or scrolling down, means reading: the list stays as it is then. */
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
function useRowKeys(rows: readonly EventRow[], explain: (eventId: string) => void): void {
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

type Props = {
  feed: ReturnType<typeof useEventFeed>;
  isPaused: boolean;
  /** Only the first page is live. */
  isFirstPage: boolean;
  onPause: () => void;
  onLive: () => void;
};

/** Whether the list is live, the button that pauses or resumes it, and whether it shows a sample only. */
function LiveBar({ feed, isPaused, isFirstPage, onPause, onLive }: Props): ReactNode {
  const { state, waiting, sample } = feed;
  const isStill = isPaused || !isFirstPage;
  const tone = isStill || state === 'connecting' ? 'calm' : state === 'live' ? 'good' : 'warn';
  return (
    <div className={css['bar']} data-live={tone === 'good'}>
      <Button
        size="xs"
        leftSection={<Icon name={isStill ? 'live' : 'pause'} size={13} />}
        onClick={isStill ? onLive : onPause}
      >
        {isStill ? terms.resume : terms.pause}
      </Button>
      <span role="status" className={css['state']} style={{ color: toneColor(tone) }}>
        {isFirstPage ? (isPaused ? parts.status.paused : stateWords[state]) : words.older}
      </span>
      {isPaused && isFirstPage && waiting > 0 ? (
        <Button variant="filled" size="xs" radius="xl" aria-label={words.showNew(waiting)} onClick={onLive}>
          {words.newCount(waiting)}
        </Button>
      ) : null}
      {sample === null ? null : <Text c="dimmed">{words.sampled(sample.perSecond, sample.shown)}</Text>}
    </div>
  );
}

const stateWords = { connecting: terms.connecting, live: words.live, away: words.away } as const;
