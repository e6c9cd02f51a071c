import type { Clock } from '../../async/clock.ts';
import type { DestinationQueue } from './destination-queue.ts';
import { connectionRateBlock, destinationRateBlock } from './limits.ts';
import type { Pace, ReplayRates } from './replay-rates.ts';

/**
 * One request in the rates of its connection, destination and replay. It counts from the decision to send it, and its time
 * is when it is written to a socket: rendering, a token and a new connection may take long, and requests that waited for
 * them may be written together.
 */
export class RateSlot {
  readonly #queue: DestinationQueue;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #replays: Pick<ReplayRates, 'freeAt'>;
  readonly #pace: Pace | null;
  readonly mayWrite: (() => boolean) | undefined;
  isWithheld = false;
  #reserved = 0;
  #written = 0;

  /** `mayWrite`: whether no other node can own the delivery; left out: none ever does. */
  constructor(
    queue: DestinationQueue,
    clock: Pick<Clock, 'now'>,
    replays: Pick<ReplayRates, 'freeAt' | 'paceOf'>,
    mayWrite?: () => boolean,
  ) {
    this.#queue = queue;
    this.#clock = clock;
    this.#replays = replays;
    this.#pace = queue.replay === null ? null : replays.paceOf(queue.replay.id);
    this.mayWrite =
      mayWrite &&
      (() => {
        const may = mayWrite();
        if (!may) this.isWithheld = true;
        return may;
      });
    this.#reserve();
  }

  /** The request has been written to a socket. Again: it is sent again, without a decision of the dispatcher. */
  readonly written = (): void => {
    if (this.#reserved === 0) this.#reserve();
    this.#reserved -= 1;
    this.#written += 1;
    const now = this.#clock.now();
    const { connection, budget, plan } = this.#queue;
    connection.budget.spend(now, connection.plan?.connectionRate ?? null);
    budget.spend(now, plan?.destinationRate ?? null);
    this.#pace?.budget.spend(now, this.#pace.rate);
  };

  /** Counts a second request, unless it would have to wait for a rate; returns whether it may be sent now. */
  async again(): Promise<boolean> {
    const now = this.#clock.now();
    const { connection } = this.#queue;
    const block =
      connectionRateBlock(connection, connection.plan?.connectionRate ?? null, now) ??
      destinationRateBlock(this.#queue, now, { replayRates: this.#replays });
    if (block !== null) return false;
    this.#reserve();
    const budgets = [connection.budget, this.#queue.budget, ...(this.#pace === null ? [] : [this.#pace.budget])];
    const kept = await Promise.all(budgets.map((budget) => budget.kept()));
    return !kept.includes(false);
  }

  /** The attempt is over. `sent`: the number of requests that the peer may have received. */
  end(sent: number): void {
    while (this.#written < sent) this.written();
    for (; this.#reserved > 0; this.#reserved--) {
      this.#queue.connection.budget.release();
      this.#queue.budget.release();
      this.#pace?.budget.release();
    }
  }

  #reserve(): void {
    this.#reserved += 1;
    this.#queue.connection.budget.reserve();
    this.#queue.budget.reserve();
    this.#pace?.budget.reserve();
  }
}
