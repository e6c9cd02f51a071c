/** An idle connection in the list of all. */
export interface Keepable {
  before: Keepable | null;
  after: Keepable | null;
  close(): void;
}

/**
 * The idle connections of all pools, the longest idle first. As many are kept as were in use at once in the last minute, but
 * 512 at least, and all together with those in use take half of the file descriptors at most.
 */
export class KeptConnections {
  count = 0;
  readonly #filesMax: number;
  #first: Keepable | null = null;
  #last: Keepable | null = null;
  #inUse = 0;
  /** The most in use at once in this half of a minute, and in the one before. */
  #peak = 0;
  #peakBefore = 0;
  #halfEndsAt = 0;

  /** @param openFilesMax how many file descriptors the process may have */
  constructor(openFilesMax: number) {
    this.#filesMax = Math.floor(openFilesMax / 2);
  }

  /** A connection is in use now. */
  begin(): void {
    if (++this.#inUse > this.#peak) this.#peak = this.#inUse;
  }

  /** It is no longer. */
  end(): void {
    this.#inUse--;
  }

  /** Keeps a connection, in the place of the longest idle one when there are too many. */
  add(connection: Keepable): void {
    this.count++;
    connection.before = this.#last;
    if (this.#last === null) this.#first = connection;
    else this.#last.after = connection;
    this.#last = connection;
    if (this.count > this.#most) this.#first?.close();
  }

  /** Keeps a connection no longer. */
  remove(connection: Keepable): void {
    const { before, after } = connection;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    connection.before = null;
    connection.after = null;
    this.count--;
  }

  /** Closes some of those that are too many now; to be called again and again. `now`: monotonic milliseconds. */
  sweep(now: number): void {
    if (now >= this.#halfEndsAt) {
      this.#peakBefore = now >= this.#halfEndsAt + HALF_MINUTE_MS ? this.#inUse : this.#peak;
      this.#peak = this.#inUse;
      this.#halfEndsAt = now + HALF_MINUTE_MS;
    }
    for (let i = 0; i < CLOSED_AT_ONCE && this.count > this.#most; i++) this.#first?.close();
  }

  get #most(): number {
    return Math.min(Math.max(keptMin, this.#peak, this.#peakBefore), this.#filesMax - this.#inUse);
  }
}

const keptMin = 512;
const HALF_MINUTE_MS = 30_000;
const CLOSED_AT_ONCE = 16;
