import { errorBackoffMs, idleTimer, stopTimer, type Timer } from '../../async/clock.ts';
import { compareNumbers } from '../../contract/ids.ts';
import type { DueDelivery } from '../../journal/journal.ts';

/** Where the next reading of the journal continues. */
export type Cursor = { dueAt: number; id: string };

/** Changes during a reading of the journal, whose result may be older. */
export type Reading = { readonly settled: Set<string>; isStale: boolean };

/** What a queue knows of its deliveries that are in the journal and not in memory, and the readings of these. */
export class StoredPart {
  #hasMore = false;
  #cursor: Cursor | null = null;
  #reading: Reading | null = null;
  /** Of the deliveries that were read, the one that was created last; null: none was. */
  #newestRead: string | null = null;
  #nextBytes = 0;
  /** Consecutive failed readings. */
  #failures = 0;
  /** When to read the journal again for deliveries that are due later. */
  readonly timer: Timer = idleTimer();

  /** The journal may have deliveries that are due and not in memory. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Where the next reading continues; null: from the start. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  get reading(): Reading | null {
    return this.#reading;
  }

  /** The bytes of the delivery that was last read while memory was heavy. */
  get nextBytes(): number {
    return this.#nextBytes;
  }

  /** Whether it has no unfinished delivery, also none that is due later. */
  get isEmpty(): boolean {
    return !this.#hasMore && this.#reading === null && this.#cursor === null && this.timer.cancel === null;
  }

  /** It may have deliveries that are due. */
  more(): void {
    this.#hasMore = true;
  }

  /** A delivery is recorded: its row in a reading that is running is old, and the next of its ordering key may be due. */
  recorded({ id, orderKey }: DueDelivery): void {
    this.#reading?.settled.add(id);
    if (orderKey !== undefined) this.more();
  }

  /** The size of its next delivery, which was not taken from the journal while memory was heavy. */
  learnNextBytes(bytes: number): void {
    this.#nextBytes = bytes;
  }

  /** A reading waits for its turn. */
  requestReading(): void {
    this.#reading = { settled: new Set(), isStale: false };
  }

  /** A reading begins, at the returned cursor. A change from now on calls `more` again. */
  beginReading(): { reading: Reading; cursor: Cursor | null } {
    const cursor = this.#cursor;
    const reading: Reading = { settled: new Set(), isStale: false };
    this.#reading = reading;
    this.#hasMore = false;
    this.#cursor = null;
    return { reading, cursor };
  }

  /** A delivery was read. */
  read({ id }: DueDelivery): void {
    if (this.#newestRead === null || compareNumbers(id, this.#newestRead) > 0) this.#newestRead = id;
  }

  /** Whether a new delivery may have been read before its plan was confirmed. */
  mayHaveRead({ id }: DueDelivery): boolean {
    return this.#newestRead !== null && compareNumbers(id, this.#newestRead) <= 0;
  }

  /** The next reading continues at the cursor. */
  continueAt(cursor: Cursor | null): void {
    this.#cursor = cursor;
    this.more();
  }

  /** Deliveries were dropped from memory: they are read again, from the start. */
  startOver(): void {
    this.continueAt(null);
    if (this.#reading !== null) this.#reading.isStale = true;
  }

  endReading(): void {
    this.#reading = null;
  }

  readingSucceeded(): void {
    this.#failures = 0;
  }

  /** Returns the time until the next try, in ms. */
  readingFailed(): number {
    return errorBackoffMs(this.#failures++);
  }

  close(): void {
    stopTimer(this.timer);
    this.#hasMore = false;
  }
}
