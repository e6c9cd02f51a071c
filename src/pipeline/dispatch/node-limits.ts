import { limited } from '../../async/batcher.ts';
import type { ConnectionQueue, DestinationQueue } from './destination-queue.ts';
import { Trials } from './in-flight.ts';
import { MemoryBudget } from './memory-budget.ts';
import { RequestsAtOnce, type WaitingFor } from './open-requests.ts';
import { UnrecordedOutcomes } from './settlement-writer.ts';

/** Readings at once. The size of their results is unknown until they are in memory. */
const readingsMax = 4;

/**
 * The limits of a process: its dispatchers, one for each partition that it owns, share them. So a queue finds the same room
 * whatever partition it is in, and one that waits for room is considered again when any dispatcher has made some.
 */
export class NodeLimits {
  readonly requests: RequestsAtOnce;
  readonly memory = new MemoryBudget();
  readonly readings = new Readings();
  readonly unrecorded = new UnrecordedOutcomes();
  readonly trials = new Trials();
  /** Queues that wait until memory is free. */
  readonly waitingForMemory: WaitingFor<DestinationQueue> = new Map();
  /** Connections that wait until outcomes are recorded. */
  readonly stalled: WaitingFor<ConnectionQueue> = new Map();

  constructor(requestsMax: number) {
    this.requests = new RequestsAtOnce(requestsMax);
  }

  /** A dispatcher has ended: `calls` are those with which it waits. */
  leave(
    queues: { readonly size: number },
    calls: { connection: (one: ConnectionQueue) => void; queue: (one: DestinationQueue) => void },
  ): void {
    this.memory.leave(queues);
    for (const waiting of [this.requests.waiting, this.stalled])
      for (const [one, call] of waiting) if (call === calls.connection) waiting.delete(one);
    for (const [one, call] of this.waitingForMemory) if (call === calls.queue) this.waitingForMemory.delete(one);
  }
}

/** The readings of the journal that run, and those that wait for them. */
export class Readings {
  readonly #run = limited(readingsMax, (load: () => Promise<void>) => load());
  #count = 0;

  /** Another reading would wait for these. */
  get isBusy(): boolean {
    return this.#count >= readingsMax;
  }

  async run(load: () => Promise<void>): Promise<void> {
    this.#count += 1;
    try {
      await this.#run(load);
    } finally {
      this.#count -= 1;
    }
  }
}
