import { type Clock, errorBackoffMs, pause } from '../../async/clock.ts';
import type { DeliveryQueue, Lease } from '../../journal/journal.ts';
import { RateRecord } from './rate-record.ts';

type Options = {
  journal: Pick<DeliveryQueue, 'rates' | 'saveRates'>;
  lease: Lease;
  clock: Clock;
  /** Whether a connection, destination or replay still exists. */
  isKnown(scopeId: string): boolean;
  /** More may be sent. */
  resume(scopeId: string): void;
  failed(error: unknown, doing: string): void;
};

/**
 * What is stored of the rates of a partition's connections, destinations and replays. Nothing is read or written without a
 * rate; with one, a write is needed for each 2 % of it, and those that are needed together are one.
 */
export class KeptRates {
  readonly #options: Options;
  readonly #all = new Map<string, RateRecord>();
  readonly #needed = new Set<string>();
  #stored: Map<string, string> | null = null;
  #running: Promise<void> | null = null;
  readonly #over = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  of(scopeId: string): RateRecord {
    const known = this.#all.get(scopeId);
    if (known !== undefined) return known;
    const record = new RateRecord(() => this.#need(scopeId));
    this.#restore(scopeId, record);
    this.#all.set(scopeId, record);
    return record;
  }

  /** Nothing more is sent: stores the times of what was. An error is reported: the next owner counts what was ahead. */
  async end(): Promise<void> {
    if (this.#isOver) return;
    this.drop();
    await this.#running;
    const { journal, lease, clock, failed } = this.#options;
    if (this.#stored === null) return;
    const used = [...this.#all].filter(([, record]) => record.isUsed);
    const changes = used.map(([scopeId, record]) => ({ scopeId, text: record.last(clock.now()) }));
    if (changes.length === 0) return;
    await journal.saveRates(lease, changes).catch((error) => failed(error, 'store the rates of requests'));
  }

  /** Another node has the partition. */
  drop(): void {
    this.#over.abort();
    for (const record of this.#all.values()) record.end(false);
  }

  #need(scopeId: string) {
    this.#needed.add(scopeId);
    if (this.#isOver) return void this.#all.get(scopeId)?.end(false);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // One was needed after the last look.
      const [next] = this.#needed;
      if (next !== undefined) this.#need(next);
    });
  }

  async #run(): Promise<void> {
    const { clock, failed } = this.#options;
    for (let failures = 0; this.#needed.size > 0 && !this.#isOver; )
      try {
        await this.#load();
        if (!(await this.#write())) this.drop();
        failures = 0;
      } catch (error) {
        failed(error, 'store the rates of requests');
        await pause(clock, errorBackoffMs(failures++), this.#over.signal);
      }
  }

  async #load(): Promise<void> {
    if (this.#stored !== null) return;
    const { journal, lease, isKnown } = this.#options;
    const rows = await journal.rates(lease.partition);
    this.#stored = new Map(rows.map(({ scopeId, text }) => [scopeId, text]));
    const gone = rows.filter(({ scopeId }) => !isKnown(scopeId)).map(({ scopeId }) => ({ scopeId, text: null }));
    if (gone.length > 0) await journal.saveRates(lease, gone);
    for (const [scopeId, record] of this.#all) this.#restore(scopeId, record);
  }

  #restore(scopeId: string, record: RateRecord) {
    const text = this.#stored?.get(scopeId);
    if (text !== undefined) record.restore(text, this.#options.clock.now());
    this.#stored?.delete(scopeId);
  }

  async #write(): Promise<boolean> {
    const { journal, lease, clock, resume } = this.#options;
    const scopes = [...this.#needed];
    this.#needed.clear();
    try {
      const changes = scopes.map((scopeId) => ({ scopeId, text: this.of(scopeId).next(clock.now()) }));
      if (!(await journal.saveRates(lease, changes))) return false;
    } catch (error) {
      for (const scopeId of scopes) this.#needed.add(scopeId);
      throw error;
    }
    for (const scopeId of scopes) this.of(scopeId).saved();
    if (!this.#isOver) for (const scopeId of scopes) resume(scopeId);
    return true;
  }
}
