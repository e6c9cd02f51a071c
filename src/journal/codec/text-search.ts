import type { Event } from '../../contract/records/event.ts';
import { type BlockLine, type PackedAttempt, unpackAttempt } from './attempt-codec.ts';
import { type EventLine, eventOfLine } from './event-codec.ts';
import { copiesEvent, renderedOf } from './rendered-codec.ts';

/**
 * Whether stored attempts have a text. Most lines are ruled out as they are stored, as JSON inside of JSON; the others are
 * unpacked, since a line also has ids and numbers that are not shown.
 */
export function textFinder(
  text: string,
): (lines: readonly BlockLine[], exchanges: Record<string, string>, line: EventLine | null) => boolean {
  const sought = literal(text);
  const stored = literal(JSON.stringify(text).slice(1, -1));
  const isIn = (headers: readonly [string, string][]) =>
    headers.some((header) => header.some((text) => sought.test(text)));
  return (lines, exchanges, line) => {
    const copies = lines.some(({ rendered }) => rendered !== '' && copiesEvent(rendered));
    const event = line !== null && (copies || stored.test(line.line)) ? eventOfLine(line) : null;
    if (event !== null && hasValue(event, sought)) return true;
    const isPossible =
      event !== null ||
      lines.some(({ rendered, attempts }) => stored.test(rendered) || stored.test(attempts)) ||
      Object.values(exchanges).some((exchange) => stored.test(exchange));
    if (!isPossible) return false;
    let body: string | undefined;
    for (const { rendered: text, attempts } of lines) {
      const rendered = text === '' ? null : renderedOf(text, event);
      if (rendered !== null) body = rendered.body;
      if (rendered !== null && (sought.test(rendered.body) || sought.test(rendered.path) || isIn(rendered.headers)))
        return true;
      const packed: PackedAttempt[] = attempts === '' ? [] : JSON.parse(attempts);
      for (const one of packed) {
        const { request, response, error, records } = unpackAttempt(one, body, exchanges);
        // The request of a batch has the data of others; its own is in its event and its rendered record.
        if (
          records === 1 &&
          request !== null &&
          (sought.test(request.url) || sought.test(request.body ?? '') || isIn(request.headers))
        )
          return true;
        if (response !== null && (sought.test(response.body ?? '') || isIn(response.headers))) return true;
        if (error !== null && sought.test(error.message)) return true;
      }
    }
    return false;
  };
}

/** Whether a value of the event has the text: who it is about, also where nothing was sent. */
function hasValue({ visitorId, data, ext, session }: Event, sought: RegExp): boolean {
  const values = [data, ext, session].flatMap((part) => Object.values(part));
  return [visitorId, ...values].some((value) =>
    typeof value === 'string' ? sought.test(value) : value != null && sought.test(JSON.stringify(value)),
  );
}

const literal = (text: string) => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'i');
