import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Event } from '../../../contract/records/event.ts';
import { useNamed } from '../../data/named.ts';
import { events as listWords, event as words } from '../../messages/en/events.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatBytes } from '../../messages/format.ts';
import { Facts } from '../../parts/facts.tsx';
import { Panel } from '../../parts/panel.tsx';
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

/** Everything that is stored of the event, beside and with its payload. */
export function RawTab({ event }: { event: Event }): ReactNode {
  const collectors = useNamed('listCollectors');
  const { collectorId, format } = event.source;
  const { data, ext, session } = event;
  const facts = [
    [r.id, event.id],
    [terms.name, event.name ?? r.none],
    [terms.visitor, event.visitorId ?? r.none],
    [r.session, event.sessionId ?? r.none],
    [r.occurred, both(event.occurredAt)],
    [r.received, both(event.receivedAt)],
    [terms.collector, collectors.get(collectorId)?.name ?? collectorId],
    [r.format, format],
    [terms.size, formatBytes(JSON.stringify({ data, ext, session }).length)],
  ] as const;
  return (
    <>
      <Panel title={terms.details} text={r.text}>
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
