import { Button, Menu, Stack, Text } from '@mantine/core';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import { curlCommand } from '../../../contract/documents/curl.ts';
import type { Attempt } from '../../../contract/records/delivery.ts';
import type { Event } from '../../../contract/records/event.ts';
import { useApiQuery, useCollectors, useNames } from '../../data/data.ts';
import { formatAbsolute, formatBytes, events as listWords, shell, terms, event as words } from '../../messages/en.ts';
import { CopyButton, DetailTabs, Facts, Icon, notifyDone, Panel, TextLink, Time } from '../../parts/parts.ts';
import { isUnfinished } from '../../parts/payload/delivery-summary.ts';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { PayloadViewer } from '../../parts/payload/payload-viewer.tsx';
import { useChosenSample } from '../../parts/preview/pickable-events.ts';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { useMay } from '../../session/rights.ts';
import { LoadedPage } from '../../shell/page.tsx';
import type { Explanation } from './event-summary.ts';
import { ExplainTab } from './explain-tab.tsx';

const againMs = 1_500;

export function EventPage(): ReactNode {
  const { eventId } = useParams({ from: '/shell/events/$eventId' });
  const search = useSearch({ from: '/shell/events/$eventId' });
  const navigate = useNavigate({ from: '/events/$eventId' });
  const maySee = useMay('payloads:view');
  const query = useApiQuery(
    'explainEvent',
    { params: { id: eventId } },
    { refetchInterval: ({ state: { data } }) => (data !== undefined && mayChange(data) ? againMs : false) },
  );
  return (
    <LoadedPage
      query={query}
      one={terms.event}
      nameOf={({ event }) => event.name ?? terms.noName}
      idOf={({ event }) => event.id}
      lead={({ event }) => <Lead event={event} />}
      crumbs={[{ label: shell.pages.events, to: '/events' }]}
      right="events:view"
      actions={(explanation) => <Tools explanation={explanation} maySee={maySee} />}
    >
      {(explanation) => (
        <>
          {maySee ? null : (
            <Text c="dimmed" mb="sm">
              {listWords.needPayloads(rights['payloads:view'])}
            </Text>
          )}
          <DetailTabs
            label={terms.event}
            names={words.tabs}
            shown={search.tab ?? 'explain'}
            onShow={(tab) => void navigate({ search: { tab }, replace: true })}
            panels={{
              explain: (
                <Stack>
                  <ExplainTab explanation={explanation} />
                </Stack>
              ),
              payload: (
                <Stack>
                  <PayloadTab event={explanation.event} maySee={maySee} />
                </Stack>
              ),
              deliveries: (
                <DeliveryTable
                  filter={{ eventId }}
                  empty={{ title: words.noDeliveries, text: words.noDeliveriesText }}
                />
              ),
              raw: (
                <Stack>
                  <RawTab event={explanation.event} maySee={maySee} />
                </Stack>
              ),
            }}
          />
        </>
      )}
    </LoadedPage>
  );
}

/**
 * Unfinished deliveries change, and right after the event the first one may still be missing. A held one may stay so
 * for days.
 */
function mayChange({ event, actions }: Explanation): boolean {
  const deliveries = actions.flatMap((one) => one.deliveries);
  if (deliveries.some((one) => isUnfinished(one) && one.status !== 'held')) return true;
  return deliveries.length === 0 && Date.now() - Date.parse(event.receivedAt) < 10_000;
}

function Lead({ event: { receivedAt, visitorId, source } }: { event: Event }): ReactNode {
  const collector = useCollectors().get(source.collectorId);
  return (
    <>
      <Time at={receivedAt} show="stream" /> {collector === undefined ? null : `· ${collector.name}`}
      {visitorId === null ? null : (
        <>
          {' '}
          ·{' '}
          <TextLink to="/events" search={{ visitor: visitorId }} title={words.sameVisitor}>
            {visitorId}
          </TextLink>
        </>
      )}
    </>
  );
}

function Tools({ explanation, maySee }: { explanation: Explanation; maySee: boolean }): ReactNode {
  const { event } = explanation;
  const collectors = useCollectors();
  const command = curlCommand(requestOf(event, collectors.get(event.source.collectorId)));
  return (
    <>
      {maySee ? <StudioMenu explanation={explanation} /> : null}
      {maySee ? <SampleButton id={event.id} /> : null}
      {maySee ? <CopyButton text={command} label={terms.copyCurl} size="sm" /> : null}
      <ReplayButton from={() => ({ of: 'events', ids: [event.id] })} />
    </>
  );
}

/** Makes the event the first choice of all previews in this browser tab; pressed again, no longer. */
function SampleButton({ id }: { id: string }): ReactNode {
  const [sample, choose] = useChosenSample();
  const isSample = sample === id;
  function toggle() {
    choose(isSample ? '' : id);
    notifyDone(isSample ? words.noSample : words.sampleChosen);
  }
  return (
    <Button aria-pressed={isSample} leftSection={<Icon name={isSample ? 'check' : 'events'} />} onClick={toggle}>
      {words.useAsSample}
    </Button>
  );
}

/** The destinations to try the event in: those it was sent to first. */
function StudioMenu({ explanation: { event, actions } }: { explanation: Explanation }): ReactNode {
  const names = useNames();
  const sentTo = actions.flatMap((one) => one.deliveries);
  const used = new Map(sentTo.map(({ connectionId, destinationId: id }) => [id, { id, connectionId }]));
  const others = useApiQuery('listAllDestinations', { query: { sort: 'name', limit: 12 } }).data?.data ?? [];
  const offered = [...used.values(), ...others.filter(({ id }) => !used.has(id))].slice(0, 12);
  return (
    <Menu>
      <Menu.Target>
        <Button leftSection={<Icon name="code" />}>{words.studio}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {offered.length === 0 ? <Menu.Item disabled>{terms.noDestinations}</Menu.Item> : null}
        {offered.map(({ id, connectionId }) => (
          <Menu.Item
            key={id}
            component={Link}
            to="/connections/$connectionId/destinations/$destinationId"
            params={{ connectionId, destinationId: id } as never}
            search={{ eventId: event.id } as never}
          >
            {names.target({ connectionId, destinationId: id })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What the event carries: its parameters, what Millrace added, and the session. */
function PayloadTab({ event, maySee }: { event: Event; maySee: boolean }): ReactNode {
  if (!maySee) return <Text>{listWords.needPayloads(rights['payloads:view'])}</Text>;
  const parts = [
    [words.data, event.data, 'it'],
    [words.ext, event.ext, 'it.ext'],
    [words.session, event.session, 'it.session'],
  ] as const;
  return parts.map(([title, value, root]) =>
    Object.keys(value).length === 0 && root !== 'it' ? null : (
      <Panel key={root} title={title}>
        <PayloadViewer value={value} label={words.inFull(title)} root={root} />
      </Panel>
    ),
  );
}

const r = words.raw;

/** A request that sends the event again to its collector, made of what is stored of the event. */
function requestOf({ data }: Event, collector: { key: string } | undefined): NonNullable<Attempt['request']> {
  return {
    method: 'POST',
    url: `${location.origin}/v3/${collector?.key ?? '$COLLECTOR_KEY'}`,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify({ events: [data] }),
  };
}

/** The request rebuilt from the event, since the original is not stored, and all that is stored. */
function RawTab({ event, maySee }: { event: Event; maySee: boolean }): ReactNode {
  const collectors = useCollectors();
  const { collectorId, format } = event.source;
  const { data, ext, session } = event;
  const collector = collectors.get(collectorId);
  const request = requestOf(event, collector);
  const facts = [
    [r.id, event.id],
    [terms.name, event.name ?? r.none],
    [terms.visitor, event.visitorId ?? r.none],
    [r.anonymous, event.anonymousId ?? r.none],
    [r.session, event.sessionId ?? r.none],
    [r.occurred, both(event.occurredAt)],
    [r.received, both(event.receivedAt)],
    [terms.collector, collector?.name ?? collectorId],
    [r.format, terms.formats[format] ?? format],
    [terms.size, formatBytes(JSON.stringify({ data, ext, session }).length)],
  ] as const;
  return (
    <>
      <Panel title={r.rebuilt} text={r.text}>
        <ExchangeRequest request={{ ...request, body: maySee ? request.body : null }} />
      </Panel>
      <Panel title={terms.details}>
        <Facts facts={facts} />
      </Panel>
      <Panel title={r.json}>
        <PayloadViewer value={event} label={words.inFull(r.json)} root="event" />
      </Panel>
    </>
  );
}

function both(at: string): string {
  const { local, utc } = formatAbsolute(new Date(at));
  return `${local} (${utc})`;
}
