import type { StoredPart } from '../stored-part.ts';

/** A queue, as far as a probe knows it. */
type Reader = { readonly stored: Pick<StoredPart, 'reading'> };

/**
 * One probe of a hold at a time: it is in flight, or `reader` is reading its delivery from the journal. The queues that
 * share a hold share the slot.
 */
export class ProbeSlot {
  #isProbing = false;
  #reader: Reader | null = null;

  /** Whether another queue than this one has the probe. */
  isTaken(queue: Reader): boolean {
    return this.#isProbing || (this.#reader !== null && this.#reader !== queue && this.#reader.stored.reading !== null);
  }

  read(queue: Reader): void {
    this.#reader = queue;
  }

  begin(): void {
    this.#isProbing = true;
  }

  end(): void {
    this.#isProbing = false;
  }
}
