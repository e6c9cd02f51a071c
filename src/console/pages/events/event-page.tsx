import { Anchor, Button, Menu, Skeleton, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { curlCommand } from '../../../contract/documents/curl.ts';
import type { Event } from '../../../contract/records/event.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { events as listWords, event as words } from '../../messages/en/events.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ReplayButton } from '../replays/replay-button.tsx';
import type { Explanation } from './event-summary.ts';
import css from './explain.module.css';
import { ExplainTab } from './explain-tab.tsx';
import { PayloadTab, RawTab } from './payload-tab.tsx';

const unfinished = new Set(['pending', 'sending', 'retrying']);
const againMs = 1_500;

export function EventPage(): ReactNode {
  const { eventId } = useParams({ from: '/shell/events/$eventId' });
  const search = useSearch({ from: '/shell/events/$eventId' });
  const navigate = useNavigate({ from: '/events/$eventId' });
  const mayLook = useMay('events:view');
  const maySee = useMay('payloads:view');
  const { data, error, refetch } = useQuery({
    ...apiQuery('explainEvent', { params: { id: eventId } }),
    enabled: mayLook,
    refetchInterval: ({ state }) => (state.data !== undefined && mayChange(state.data) ? againMs : false),
  });
  const event = data?.event;
  return (
    <Page
      title={terms.event}
      object={event === undefined ? undefined : (event.name ?? terms.noName)}
      id={event?.id}
      lead={event === undefined ? undefined : <Lead event={event} />}
      crumbs={[{ label: shell.pages.events, to: '/events' }]}
      right="events:view"
      actions={data === undefined ? undefined : <Tools explanation={data} maySee={maySee} />}
    >
      {data !== undefined ? (
        <Tabs
          value={search.tab ?? 'explain'}
          onChange={(tab) => void navigate({ search: { tab: tab as typeof search.tab }, replace: true })} // one of the tabs below
          keepMounted={false}
        >
          <Tabs.List mb="md" aria-label={terms.event}>
            {Object.entries(words.tabs).map(([value, label]) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {maySee ? null : <p className={css['hidden']}>{listWords.needPayloads(rights['payloads:view'])}</p>}
          <Tabs.Panel value="explain" className={css['panels'] ?? ''}>
            <ExplainTab explanation={data} />
          </Tabs.Panel>
          <Tabs.Panel value="payload" className={css['panels'] ?? ''}>
            <PayloadTab event={data.event} maySee={maySee} />
          </Tabs.Panel>
          <Tabs.Panel value="deliveries">
            <DeliveryTable
              filter={{ eventId }}
              cursor={search.cursor}
              onCursor={(cursor) => void navigate({ search: (present) => ({ ...present, cursor }), replace: true })}
              empty={{ title: words.noDeliveries, text: words.noDeliveriesText }}
            />
          </Tabs.Panel>
          <Tabs.Panel value="raw" className={css['panels'] ?? ''}>
            <RawTab event={data.event} />
          </Tabs.Panel>
        </Tabs>
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Page>
  );
}

/** Deliveries on their way change by themselves; right after the event the first may still be missing. */
function mayChange({ event, actions }: Explanation): boolean {
  const deliveries = actions.flatMap((one) => one.deliveries);
  if (deliveries.some(({ status }) => unfinished.has(status))) return true;
  return deliveries.length === 0 && Date.now() - Date.parse(event.receivedAt) < 10_000;
}

function Lead({ event }: { event: Event }): ReactNode {
  const collectors = useNamed('listCollectors');
  const { collectorId } = event.source;
  return (
    <>
      <Time at={event.receivedAt} show="stream" /> {words.from} {collectors.get(collectorId)?.name ?? collectorId}
      {event.visitorId === null ? null : (
        <>
          {' '}
          {words.of}{' '}
          <Anchor
            component={Link}
            to="/events"
            search={{ visitor: event.visitorId } as never}
            underline="always"
            title={words.sameVisitor}
          >
            {event.visitorId}
          </Anchor>
        </>
      )}
    </>
  );
}

function Tools({ explanation, maySee }: { explanation: Explanation; maySee: boolean }): ReactNode {
  const { event } = explanation;
  const collectors = useNamed('listCollectors');
  const key = collectors.get(event.source.collectorId)?.key ?? '$COLLECTOR_KEY';
  return (
    <>
      {maySee ? <StudioMenu explanation={explanation} /> : null}
      {maySee ? <CopyButton text={curlTo(key, event)} label={terms.copyCurl} size="sm" /> : null}
      <CopyButton text={JSON.stringify(event, null, 2)} label={words.copyJson} size="sm" />
      <ReplayButton from={() => ({ of: 'events', ids: [event.id] })} />
    </>
  );
}

/** The destinations to try the event in: those it was sent to first. */
function StudioMenu({ explanation: { event, actions } }: { explanation: Explanation }): ReactNode {
  const destinations = useNamed('listAllDestinations');
  const connections = useNamed('listConnections');
  const used = new Set(actions.flatMap((one) => one.deliveries).map(({ destinationId }) => destinationId));
  const offered = [...destinations.values()]
    .sort((a, b) => Number(used.has(b.id)) - Number(used.has(a.id)))
    .slice(0, 12);
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<Icon name="code" />}>
          {words.studio}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {offered.length === 0 ? <Menu.Item disabled>{terms.noDestinations}</Menu.Item> : null}
        {offered.map(({ id, connectionId, name }) => (
          <Menu.Item
            key={id}
            component={Link}
            to="/connections/$connectionId/destinations/$destinationId"
            params={{ connectionId, destinationId: id } as never}
            search={{ eventId: event.id } as never}
          >
            {terms.placeOf(connections.get(connectionId)?.name ?? connectionId, name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function curlTo(key: string, { data }: Event): string {
  return curlCommand({
    method: 'POST',
    url: `${location.origin}/v3/${key}`,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify({ events: [data] }),
  });
}
