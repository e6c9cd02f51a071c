import { placedId } from '../../../contract/ids.ts';
import type { Event, IncomingEvent } from '../../../contract/records/event.ts';
import type { EventSearch } from '../../journal.ts';
import type { EventLine } from '../events/event-reads.ts';

type Head = [
  name: Event['name'],
  visitorId: Event['visitorId'],
  sessionId: Event['sessionId'],
  occurredAt: string,
  format: string,
];

type Fields = [...Head, data: Event['data'], ext: Event['ext'] | 0, session: Event['session'] | 0];

/** An event as one line of JSON, without what its group knows. The name comes first, so that it can be searched for. */
export function lineOfEvent(event: IncomingEvent): string {
  const { name, visitorId, sessionId, occurredAt, source, data, sent } = event;
  const ext = isEmpty(event.ext) ? 0 : event.ext;
  const session = isEmpty(event.session) ? 0 : event.session;
  const head: Head = [name, visitorId, sessionId, occurredAt, source.format];
  if (sent?.data !== data) return JSON.stringify([...head, data, ext, session] satisfies Fields);
  return `${JSON.stringify(head).slice(0, -1)},${sent.json},${JSON.stringify(ext)},${JSON.stringify(session)}]`;
}

/** What the lines of events with this name begin with. */
export const lineStart = (name: string) => `[${JSON.stringify(name)},`;

/** What is looked for in events; parts that are not given fit all. */
export type Sought = { [K in 'visitorId' | 'parameter' | 'value' | 'trace']?: EventSearch[K] } & {
  /** What a line begins with when its event has the name that is asked for. */
  lineStart: string | null;
};

/** Whether a line is of an event that is looked for. Parsing is slow: only lines that hold every text at all are parsed. */
export function lineMatcher({ lineStart, visitorId, parameter, value, trace }: Sought): (line: string) => boolean {
  const texts = [visitorId, parameter, value, trace].flatMap((one) => (one === undefined ? [] : [JSON.stringify(one)]));
  return (line) => {
    if (lineStart !== null && !line.startsWith(lineStart)) return false;
    if (texts.length === 0) return true;
    if (line === '' || !texts.every((text) => line.includes(text))) return false;
    const [, visitor, , , , data, ext]: Fields = JSON.parse(line);
    return (
      (visitorId === undefined || visitor === visitorId) &&
      (parameter === undefined || Object.hasOwn(data, parameter)) &&
      (parameter === undefined || value === undefined || data[parameter] === value) &&
      (trace === undefined || (ext !== 0 && ext['trace'] === trace))
    );
  };
}

export function eventOfLine({ line, collectorId, ...place }: EventLine): Event {
  const [name, visitorId, sessionId, occurredAt, format, data, ext, session]: Fields = JSON.parse(line);
  return {
    id: placedId('event', place),
    name,
    visitorId,
    sessionId,
    occurredAt,
    receivedAt: new Date(place.timeMs).toISOString(),
    data,
    ext: ext === 0 ? {} : ext,
    session: session === 0 ? {} : session,
    source: { collectorId, format },
  };
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}
