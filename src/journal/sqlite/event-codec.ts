import { placedId } from '../../contract/ids.ts';
import type { Event, IncomingEvent } from '../../contract/records/event.ts';
import type { EventSearch } from '../journal.ts';

/** The place of an event in the log. */
export type EventPlace = { timeMs: number; partition: number; number: number };

/** A stored event: its place, its collector and its line of JSON. */
export type EventLine = EventPlace & { collectorId: string; line: string };

type Head = [
  name: Event['name'],
  visitorId: Event['visitorId'],
  sessionId: Event['sessionId'],
  occurredAt: string,
  format: string,
];

type Fields = [...Head, data: Event['data'], ext: Event['ext'] | 0, session: Event['session'] | 0];

/**
 * An event as one line of JSON, without the fields that its group has. The name comes first, so that a search can find
 * it.
 */
export function lineOfEvent(event: IncomingEvent): string {
  const { name, visitorId, sessionId, occurredAt, source, data, sent } = event;
  const ext = isEmpty(event.ext) ? 0 : event.ext;
  const session = isEmpty(event.session) ? 0 : event.session;
  const head: Head = [name, visitorId, sessionId, occurredAt, source.format];
  if (sent?.data !== data) return JSON.stringify([...head, data, ext, session] satisfies Fields);
  return `${JSON.stringify(head).slice(0, -1)},${sent.json},${JSON.stringify(ext)},${JSON.stringify(session)}]`;
}

/** The beginning of each line of an event with this name. */
export const lineStart = (name: string) => `[${JSON.stringify(name)},`;

/** The conditions of a search; a missing one matches every event. */
export type Sought = { [K in 'visitorId' | 'parameter' | 'value' | 'trace']?: EventSearch[K] } & {
  /** The beginning of the lines of events with the name that is searched for. */
  lineStart: string | null;
};

/** Whether a line is of an event that matches. Parsing is slow: only lines that contain every text are parsed. */
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
