import { type Clock, idleTimer, setTimer, stopTimer } from './clock.ts';

const soonMs = 50;

/**
 * Runs a job in rounds, one at a time. `run` resolves to the time until the next round; null: none until it is requested.
 * It must not reject. A request during a round makes the next one follow soon.
 */
export class Rounds implements AsyncDisposable {
  readonly #run: () => Promise<number | null>;
  readonly #clock: Clock;
  readonly #timer = idleTimer();
  #running: Promise<void> | null = null;
  #isRequested = false;
  #isEnded = false;

  constructor(clock: Clock, run: () => Promise<number | null>) {
    this.#run = run;
    this.#clock = clock;
  }

  /** Requests a round within `ms`. */
  request(ms = soonMs): void {
    if (!this.#isEnded) setTimer(this.#timer, this.#clock.now() + ms, this.#clock, () => this.#begin());
  }

  #begin(): void {
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
    stopTimer(this.#timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
    await this.#running;
  }
}
