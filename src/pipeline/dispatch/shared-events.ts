import type { Event } from '../../contract/records/event.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { eventBytes, textBytes } from './estimated-bytes.ts';

type Shared = { event: Event; dataText: string | null; bytes: number; deliveries: number };

/** The events of the deliveries in memory, one object for each, however many deliveries it has. */
export class SharedEvents {
  readonly #all = new Map<string, Shared>();

  has({ eventId }: DueDelivery): boolean {
    return eventId !== null && this.#all.has(eventId);
  }

  get(eventId: string): Event | undefined {
    return this.#all.get(eventId)?.event;
  }

  /** The estimated bytes of the event of a delivery; 0: it has none. */
  bytesOf({ eventId, event, dataText }: DueDelivery): number {
    if (event === null) return 0;
    return this.#all.get(eventId ?? '')?.bytes ?? eventBytes(event) + textBytes(dataText ?? '');
  }

  /** Gives a delivery the event that others have already; returns by how many bytes the memory grows. */
  add(delivery: DueDelivery): number {
    const { eventId, event, dataText = null } = delivery;
    if (event === null) return 0;
    const known = this.#all.get(eventId ?? '');
    if (known === undefined) {
      const bytes = this.bytesOf(delivery);
      if (eventId !== null) this.#all.set(eventId, { event, dataText, bytes, deliveries: 1 });
      return bytes;
    }
    known.deliveries += 1;
    delivery.event = known.event;
    delivery.dataText = known.dataText;
    return 0;
  }

  /** Returns by how many bytes the memory shrinks. */
  remove(delivery: DueDelivery): number {
    const { eventId, event } = delivery;
    if (event === null) return 0;
    const known = this.#all.get(eventId ?? '');
    if (known === undefined) return this.bytesOf(delivery);
    known.deliveries -= 1;
    if (eventId === null || known.deliveries > 0) return 0;
    this.#all.delete(eventId);
    return known.bytes;
  }
}
