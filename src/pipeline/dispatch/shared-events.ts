import type { Event } from '../../contract/records/event.ts';
import { textBytes } from '../../contract/value-bytes.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { eventBytes } from './estimated-bytes.ts';

type Shared = { event: Event; dataText: string | null; bytes: number; deliveries: number };

/** Smaller events count with each of their deliveries: to look them up costs more than their copies. */
const sharedFrom = 16 * 1024;

/** The large events of the deliveries in memory, one object for each, however many deliveries it has. */
export class SharedEvents {
  readonly #all = new Map<string, Shared>();
  /** The small event that was estimated last: its deliveries follow one another. */
  #last: Event | null = null;
  #lastBytes = 0;

  has({ eventId }: DueDelivery): boolean {
    return eventId !== null && this.#all.has(eventId);
  }

  get(eventId: string): Event | undefined {
    return this.#all.get(eventId)?.event;
  }

  /** The estimated bytes of the event of a delivery; 0: it has none. */
  bytesOf({ eventId, event, dataText }: DueDelivery): number {
    if (event === null) return 0;
    if (event === this.#last) return this.#lastBytes;
    const known = this.#all.size === 0 ? undefined : this.#all.get(eventId ?? '');
    if (known !== undefined) return known.bytes;
    const bytes = eventBytes(event) + textBytes(dataText ?? '');
    if (bytes < sharedFrom) {
      this.#last = event;
      this.#lastBytes = bytes;
    }
    return bytes;
  }

  /** Gives a delivery the event that others have already. `bytes`: of its event. Returns by how many the memory grows. */
  add(delivery: DueDelivery, bytes: number): number {
    const { eventId, event, dataText = null } = delivery;
    if (bytes < sharedFrom || eventId === null || event === null) return bytes;
    const known = this.#all.get(eventId);
    if (known === undefined) {
      this.#all.set(eventId, { event, dataText, bytes, deliveries: 1 });
      return bytes;
    }
    known.deliveries += 1;
    delivery.event = known.event;
    delivery.dataText = known.dataText;
    return 0;
  }

  /** Returns by how many bytes the memory shrinks. */
  remove({ eventId }: DueDelivery, bytes: number): number {
    if (bytes < sharedFrom || eventId === null) return bytes;
    const known = this.#all.get(eventId);
    if (known === undefined) return bytes;
    known.deliveries -= 1;
    if (known.deliveries > 0) return 0;
    this.#all.delete(eventId);
    return bytes;
  }
}
