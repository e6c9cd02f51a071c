import type { Clock } from '../../async/clock.ts';

const soonMs = 50;
const againMs = 2_000;

/**
 * Runs a job in rounds, one at a time: soon after a request, and then every two seconds while `run` resolves to true. A
 * request during a round makes the next one follow soon. `run` must not reject.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #run: () => Promise<boolean>;
  #running: Promise<void> | null = null;
  #isRequested = false;
  #next: { at: number; cancel(): void } | null = null;
  #isEnded = false;

  constructor(clock: Clock, run: () => Promise<boolean>) {
    this.#clock = clock;
    this.#run = run;
  }

  /** Requests a round within `ms`. */
  request(ms = soonMs): void {
    const at = this.#clock.now() + ms;
    if (this.#isEnded || (this.#next !== null && this.#next.at <= at)) return;
    this.#next?.cancel();
    this.#next = { at, cancel: this.#clock.after(ms, () => this.#begin()) };
  }

  #begin(): void {
    this.#next = null;
    this.#isRequested = this.#running !== null;
    this.#running ??= this.#run().then((isMore) => {
      this.#running = null;
      if (isMore) this.request(this.#isRequested ? soonMs : againMs);
    });
  }

  /** Resolves when no round is running. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** No round begins any more. */
  end(): void {
    this.#isEnded = true;
    this.#next?.cancel();
  }
}
