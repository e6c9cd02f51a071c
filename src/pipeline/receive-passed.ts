import { type Clock, errorBackoffMs } from '../async/clock.ts';
import type { EndedSource, Journal, Lease, TakenDelivery } from '../journal/journal.ts';
import type { Configuration } from './snapshot/snapshot.ts';

const atOnce = 500;

type Options = {
  configuration: Pick<Configuration, 'snapshot' | 'follow'>;
  journal: Pick<Journal, 'hot'>;
  lease: Lease;
  clock: Clock;
  /** How often it looks for what other nodes have passed. */
  pollMs(): number;
  /**
   * These deliveries are of the partition now, and these of it ended since a replay sends them. Called again with the same
   * ones after an error.
   */
  taken(deliveries: readonly TakenDelivery[], ended: readonly EndedSource[]): Promise<void>;
  failed(error: unknown, doing: string): void;
};

/**
 * Receives the deliveries that other partitions have planned for one: when a matcher of this process has passed some
 * (`wake`), and every `pollMs`, at the same times as those of all other partitions, so that they look together. After an error again in 1 s, doubling to 30 s.
 */
export class ReceivePassed implements AsyncDisposable {
  readonly #options: Options;
  /** Those that `taken` does not know of yet. */
  readonly #taken: TakenDelivery[] = [];
  readonly #ended: EndedSource[] = [];
  #running: Promise<void> | null = null;
  #isAgain = false;
  #isStopping = false;
  #failures = 0;
  #cancel = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  wake(): void {
    this.#isAgain = true;
    if (this.#running !== null || this.#isStopping) return;
    this.#cancel();
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.#isStopping) return;
      if (this.#isAgain && this.#failures === 0) this.wake();
      else this.#later(this.#failures === 0 ? this.#untilLookMs() : errorBackoffMs(this.#failures - 1));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await this.#running;
  }

  /** The partition is lost: takes nothing more. */
  drop(): void {
    this.#isStopping = true;
    this.#cancel();
  }

  #untilLookMs(): number {
    const { clock, pollMs } = this.#options;
    const everyMs = pollMs();
    return everyMs - (clock.now() % everyMs);
  }

  #later(ms: number) {
    this.#cancel = this.#options.clock.after(ms, () => this.wake());
  }

  async #run(): Promise<void> {
    const { configuration, journal, lease, clock, taken, failed } = this.#options;
    try {
      while (this.#isAgain && !this.#isStopping) {
        this.#isAgain = false;
        const { revision } = configuration.snapshot;
        const done = await journal.hot.takePassed(lease, { limit: atOnce, now: clock.now(), revision });
        if (done === null) return this.drop();
        // What follows a pause must not be sent as before it, and a destination that is not known would pass for a deleted one.
        if (done.isBehind) await configuration.follow();
        this.#taken.push(...done.taken);
        this.#ended.push(...done.ended);
        if (done.isMore) this.#isAgain = true;
        if (this.#taken.length + this.#ended.length > 0) await taken([...this.#taken], [...this.#ended]);
        this.#taken.length = 0;
        this.#ended.length = 0;
        this.#failures = 0;
      }
    } catch (error) {
      this.#failures += 1;
      failed(error, 'receive passed deliveries');
    }
  }
}
