import { segmentEvents, visitorMark } from '../../codec/event-codec.ts';

/**
 * The marks of the events of a segment: first those of their visitors, then those of their anonymous ids where these are other
 * ones. A stored row may lack the second part: no event of its segment has such an id.
 */
export type SegmentMarks = Uint16Array<ArrayBuffer>;

export const noMarks = (): SegmentMarks => new Uint16Array(2 * segmentEvents);

type Visitor = { visitorId: string | null; anonymousId: string | null };

/** Marks the event at a place of the segment. */
export function mark(marks: SegmentMarks, at: number, { visitorId, anonymousId }: Visitor): void {
  marks[at] = visitorMark(visitorId);
  marks[segmentEvents + at] = anonymousId === visitorId ? 0 : visitorMark(anonymousId);
}

/** Removes the marks of the event at a place. */
export const clear = (marks: SegmentMarks, at: number): void => mark(marks, at, { visitorId: null, anonymousId: null });

/** The marks as they are stored, without the second part if it is empty. */
export function storedMarks(marks: SegmentMarks): Uint8Array<ArrayBuffer> {
  const hasSecond = marks.subarray(segmentEvents).some((one) => one !== 0);
  return new Uint8Array(hasSecond ? marks.buffer : marks.buffer.slice(0, segmentEvents * marks.BYTES_PER_ELEMENT));
}

export function marksFrom(stored: Uint8Array): SegmentMarks {
  const marks = noMarks();
  new Uint8Array(marks.buffer).set(stored);
  return marks;
}

/** The places of the events with a mark. */
export function* placesOf(marks: SegmentMarks, sought: number): Generator<number> {
  for (let at = marks.indexOf(sought); at >= 0; at = marks.indexOf(sought, at + 1)) yield at % segmentEvents;
}

/** The place of the nearest event with a mark, from a place on in one direction; -1: there is none. */
export function nearestPlace(marks: SegmentMarks, sought: number, from: number, isNewer: boolean): number {
  const [a = -1, b = -1] = [marks.subarray(0, segmentEvents), marks.subarray(segmentEvents)].map((part) =>
    isNewer ? part.indexOf(sought, from) : part.lastIndexOf(sought, from),
  );
  if (a < 0 || b < 0) return Math.max(a, b);
  return isNewer ? Math.min(a, b) : Math.max(a, b);
}
