import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Attempt } from '../../../contract/records/delivery.ts';
import type { Event } from '../../../contract/records/event.ts';
import { useNamed } from '../../data/data.ts';
import { formatAbsolute, formatBytes, events as listWords, terms, event as words } from '../../messages/en.ts';
import { Facts, Panel } from '../../parts/parts.ts';
import { ExchangeRequest } from '../../parts/payload/exchange.tsx';
import { PayloadViewer } from '../../parts/payload/payload-viewer.tsx';

/** What the event carries: its parameters, what Millrace added, and the session. */
export function PayloadTab({ event, maySee }: { event: Event; maySee: boolean }): ReactNode {
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
export function requestOf({ data }: Event, collector: { key: string } | undefined): NonNullable<Attempt['request']> {
  return {
    method: 'POST',
    url: `${location.origin}/v3/${collector?.key ?? '$COLLECTOR_KEY'}`,
    headers: [['Content-Type', 'application/json']],
    body: JSON.stringify({ events: [data] }),
  };
}

/** The request rebuilt from the event, since the original is not stored, and all that is stored. */
export function RawTab({ event, maySee }: { event: Event; maySee: boolean }): ReactNode {
  const collectors = useNamed('listCollectors');
  const { collectorId, format } = event.source;
  const { data, ext, session } = event;
  const collector = collectors.get(collectorId);
  const request = requestOf(event, collector);
  const facts = [
    [r.id, event.id],
    [terms.name, event.name ?? r.none],
    [terms.visitor, event.visitorId ?? r.none],
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
