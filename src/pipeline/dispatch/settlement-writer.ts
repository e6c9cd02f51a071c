import { batcher } from '../../async/batcher.ts';
import { type Clock, pause } from '../../async/clock.ts';
import type { DeliveryQueue, Lease, Settlement } from '../../journal/journal.ts';

const countMax = 2_000;
const bytesMax = 32 * 1024 * 1024;
const batchMax = 500;
const batchBytesMax = 8 * 1024 * 1024;
const firstRetryMs = 1_000;
const retryMaxMs = 30_000;

type Weighed = { settlement: Settlement; bytes: number };

/** Records outcomes, many in one transaction. A write that fails (a full disk) is repeated after 1 s, doubling to 30 s. */
export class SettlementWriter {
  #count = 0;
  #bytes = 0;
  readonly #settle: (weighed: Weighed) => Promise<boolean>;

  constructor({
    journal,
    lease,
    clock,
    failed,
  }: {
    journal: Pick<DeliveryQueue, 'settle'>;
    lease: Lease;
    clock: Clock;
    failed(error: unknown, doing: string): void;
  }) {
    this.#settle = batcher<Weighed, boolean>({
      size: batchMax,
      outstanding: 4,
      weigh: ({ bytes }) => bytes,
      weightMost: batchBytesMax,
      run: async (weighed) => {
        const settlements = weighed.map(({ settlement }) => settlement);
        for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, retryMaxMs))
          try {
            const isMine = await journal.settle(lease, settlements, clock.now());
            this.#count -= settlements.length;
            for (const { bytes } of weighed) this.#bytes -= bytes;
            return settlements.map(() => isMine);
          } catch (error) {
            failed(error, 'record attempts');
            await pause(clock, waitMs);
          }
      },
    });
  }

  /** Whether so many outcomes wait to be recorded (2,000, or 32 MiB) that nothing more should be sent. */
  get isBehind(): boolean {
    return this.#count > countMax || this.#bytes > bytesMax;
  }

  /** false: another process has acquired the lease, and nothing was recorded. */
  record(settlement: Settlement): Promise<boolean> {
    const bytes = bytesOf(settlement);
    this.#count += 1;
    this.#bytes += bytes;
    return this.#settle({ settlement, bytes });
  }
}

/** The estimated bytes of a settlement in the storage. */
function bytesOf({ rendered, log }: Settlement): number {
  let sum = 500 + (rendered?.body.length ?? 0);
  for (const { request, response, records } of log)
    sum += (2_000 + (request?.body?.length ?? 0) + (response?.body?.length ?? 0)) / records;
  return sum;
}
