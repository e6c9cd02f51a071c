import { type Clock, errorBackoffMs, isoTime, pause } from '../async/clock.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import type { Accepted, Journal, Lease, PlacedEvent } from '../journal/journal.ts';
import { eventBytes } from './dispatch/estimated-bytes.ts';
import { eventOf, type Fire, type Fired } from './firing.ts';

const bufferMax = 4_000;
const bufferBytesMax = 32 * 1024 * 1024;
/** How long a request waits for the plan of its events. */
const planMs = 5_000;
/** Events that are read at once; their size is not known before. */
const batchMax = 500;

export type BacklogOptions = {
  journal: Pick<Journal, 'hot'>;
  lease: Lease;
  clock: Clock;
  fire: Fire;
  /** A turn has planned the deliveries of its events, with these ids. */
  planned(fired: Fired, ids: readonly string[]): void;
  failed(error: unknown, doing: string): void;
};

/**
 * The events that are stored and have no plan yet, and the loop that plans them in turns, in the order of the log: from
 * memory, or from the log when the memory is full or the process has just started. It knows the position (the offset of
 * the first event without a plan), and it alone changes it. See the states above `Matcher`.
 */
export class Backlog implements AsyncDisposable {
  readonly #options: BacklogOptions;
  readonly #buffer: (PlacedEvent & { bytes: number })[] = [];
  #bufferBytes = 0;
  #position = 0;
  /** The offset after the last stored event. */
  #end = 0;
  /** Requests that are being stored without a plan. */
  #expected = 0;
  /** The offset to which the turn in progress moves the position; 0 without one. */
  #planTo = 0;
  /** Whether the log may contain events without a plan from before this process. */
  #isBehind = true;
  #running: Promise<void> | null = null;
  #isStarted = false;
  readonly #stop = new AbortController();
  /** Requests that wait for the plan of their events, which end at `to`. */
  readonly #waiting = new Set<{ to: number; end(): void }>();

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { journal, lease } = this.#options;
    this.#position = await journal.hot.position(lease.partition);
    this.#isStarted = true;
    this.#kick();
  }

  /**
   * Whether the position will be at the next event that is stored: none is without a plan, except for those of the turn in
   * progress, whose transaction comes first.
   */
  get isEmpty(): boolean {
    const isPlanned = this.#expected === 0 && Math.max(this.#position, this.#planTo) >= this.#end;
    return isPlanned && !this.#isBehind && this.#isStarted && !this.#isStopping;
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Events in memory. */
  get depth(): number {
    return this.#buffer.length;
  }

  /** A request is about to be stored without a plan; `arrived` follows, stored or not. */
  expect(): void {
    this.#expected += 1;
  }

  arrived(): void {
    this.#expected -= 1;
  }

  /** The log ends at `end` at least. */
  extend(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  /** The events before `to` have a plan. */
  advance(to: number): void {
    this.#position = Math.max(this.#position, to);
    for (const one of this.#waiting) if (one.to <= this.#position) one.end();
  }

  /** Resolves when the events before `to` have a plan, or with false after 5 s or when this process stops before. */
  isPlanned(to: number): Promise<boolean> | boolean {
    if (to <= this.#position || this.#isStopping) return to <= this.#position;
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#waiting.delete(one);
        resolve(to <= this.#position);
      };
      const one = { to, end };
      const cancel = this.#options.clock.after(planMs, end);
      this.#waiting.add(one);
    });
  }

  /** Keeps the events of a request in memory until their turn, or leaves them to be read from the log. */
  add(events: readonly IncomingEvent[], { ids, duplicates, from, receivedAt }: Accepted): void {
    const repeated = new Set(duplicates);
    const received = isoTime(receivedAt);
    const isFollowing =
      this.#buffer.length < bufferMax &&
      this.#bufferBytes < bufferBytesMax &&
      from >= this.#position &&
      (this.#buffer.at(-1)?.offset ?? from - 1) === from - 1;
    let offset = from;
    try {
      for (const [index, incoming] of isFollowing ? events.entries() : []) {
        if (repeated.has(index)) continue;
        const event = eventOf(incoming, ids[index] ?? '', received);
        const bytes = eventBytes(event);
        this.#buffer.push({ offset, event, bytes });
        this.#bufferBytes += bytes;
        offset += 1;
      }
    } finally {
      this.#kick();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    for (const one of this.#waiting) one.end();
  }

  #kick() {
    if (!this.#isStarted || this.#running !== null || this.#isStopping) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#buffer.length > 0) this.#kick();
    });
  }

  /** Takes turns until no event is left. */
  async #run() {
    const { clock, failed } = this.#options;
    let failures = 0;
    while (!this.#isStopping && (this.#buffer.length > 0 || this.#isBehind || this.#position < this.#end)) {
      try {
        if (!(await this.#takeTurn())) break;
        failures = 0;
      } catch (error) {
        failed(error, 'plan deliveries');
        await pause(clock, errorBackoffMs(failures++), this.#stop.signal);
      }
    }
  }

  /** Plans the next events. Returns false when the log has no more. */
  async #takeTurn(): Promise<boolean> {
    const { journal, lease } = this.#options;
    const [first] = this.#buffer;
    if (first !== undefined && first.offset === this.#position) {
      const batch = this.#buffer.slice(0, batchMax);
      await this.#plan(batch, (batch.at(-1) ?? first).offset + 1);
    } else {
      const { events, to } = await journal.hot.read({
        partition: lease.partition,
        from: this.#position,
        limit: batchMax,
      });
      if (to <= this.#position) {
        this.#isBehind = false;
        return false;
      }
      await this.#plan(events, to);
    }
    this.#forgetPlanned();
    return true;
  }

  /** Plans the deliveries of events up to the offset `end`, or of the first of them when the work limits are reached. */
  async #plan(events: readonly PlacedEvent[], end: number) {
    const { journal, lease } = this.#options;
    const fired = this.#options.fire(events, end);
    const { now, to, evaluated } = fired;
    const withEvent = <P extends { event: number }>({ event, ...planned }: P) => ({
      ...planned,
      eventId: evaluated[event]?.[0].id ?? null,
    });
    const deliveries = fired.deliveries.map(withEvent);
    const passed = (fired.passed ?? []).map(({ lease: _, ...one }) => withEvent(one));
    this.#planTo = to;
    const from = this.#position;
    try {
      const ids = await journal.hot.plan(lease, { advance: { from, to }, deliveries, passed, now });
      if (ids !== null) {
        this.advance(to);
        return this.#options.planned(fired, ids);
      }
    } finally {
      this.#planTo = 0;
    }
    // Intake may have planned these events during that call.
    this.advance(await journal.hot.position(lease.partition));
    if (this.#position === from) throw new Error('another process has taken over the matching of events');
  }

  #forgetPlanned() {
    const first = this.#buffer.findIndex(({ offset }) => offset >= this.#position);
    for (const { bytes } of this.#buffer.splice(0, first < 0 ? this.#buffer.length : first)) this.#bufferBytes -= bytes;
  }
}
