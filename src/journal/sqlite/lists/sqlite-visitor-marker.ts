import { segmentEvents } from '../../codec/event-codec.ts';
import type { Accepted, AcceptRequest } from '../../journal.ts';
import type { JournalClient } from '../operations.ts';
import { mark, noMarks, type SegmentMarks, storedMarks } from './segment-marks-codec.ts';

type Collected = { first: number; next: number; marks: SegmentMarks };

/** Missing segments that one round reads, so that a large old log is marked in the background. */
const filledAtOnce = 256;

/**
 * Collects the marks of the visitors of stored events, and stores those of each complete segment. A segment that is missing
 * (its first events were stored by an earlier process, or the disk was full) is read from the log later, by `fill`.
 */
export class VisitorMarker {
  readonly #client: JournalClient;
  /** The newest segment of each partition. */
  readonly #collected = new Map<number, Collected>();
  #erasures = 0;

  constructor(client: JournalClient) {
    this.#client = client;
  }

  add({ partition, events }: AcceptRequest, { from, duplicates }: Accepted): void {
    const repeated = duplicates.length === 0 ? null : new Set(duplicates);
    let offset = from;
    for (const [index, event] of events.entries())
      if (repeated === null || !repeated.has(index)) this.#mark(partition, offset++, event);
  }

  #mark(partition: number, offset: number, event: AcceptRequest['events'][number]) {
    const place = offset % segmentEvents;
    let segment = this.#collected.get(partition);
    if (segment === undefined || segment.next !== offset) {
      this.#collected.delete(partition);
      if (place !== 0) return;
      segment = { first: offset, next: offset, marks: noMarks() };
      this.#collected.set(partition, segment);
    }
    mark(segment.marks, place, event);
    segment.next += 1;
    if (place < segmentEvents - 1) return;
    this.#collected.delete(partition);
    void this.#keep({ partition, first: segment.first }, storedMarks(segment.marks)).catch(() => {}); // `fill` reads it later
  }

  /** Events were erased: the collected marks may be of them. */
  forget(): void {
    this.#collected.clear();
    this.#erasures += 1;
  }

  /** Marks the newest segments that have no marks, and removes those of events that are gone. */
  async fill(): Promise<void> {
    await this.#client.write('forgetVisitorMarks', null);
    for (const segment of await this.#client.read('unmarkedSegments', filledAtOnce)) {
      const erasures = this.#erasures;
      const marks = await this.#client.read('visitorMarksOf', segment);
      if (erasures === this.#erasures) await this.#keep(segment, marks);
    }
  }

  #keep(segment: { partition: number; first: number }, marks: Uint8Array): Promise<void> {
    return this.#client.write('keepVisitorMarks', { ...segment, marks }, { bytes: marks.length, isIntake: false });
  }
}
