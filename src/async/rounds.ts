import type { Clock } from './clock.ts';

const soonMs = 50;

/**
 * Runs a job in rounds, one at a time. `run` resolves to the time until the next round; null: none until it is requested.
 * It must not reject. A request during a round makes the next one follow soon.
 */
export class Rounds implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #run: () => Promise<number | null>;
  #running: Promise<void> | null = null;
  #isRequested = false;
  #next: { at: number; cancel(): void } | null = null;
  #isEnded = false;

  constructor(clock: Clock, run: () => Promise<number | null>) {
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
    this.#running ??= this.#run().then((nextMs) => {
      this.#running = null;
      if (this.#isRequested) this.request();
      else if (nextMs !== null) this.request(nextMs);
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#running;
  }
}
