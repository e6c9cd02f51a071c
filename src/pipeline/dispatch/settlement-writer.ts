import { batcher } from '../../async/batcher.ts';
import { type Clock, errorBackoffMs, pause } from '../../async/clock.ts';
import { AppError } from '../../contract/errors.ts';
import type { DeliveryQueue, Lease, Settlement } from '../../journal/journal.ts';
import { emptied } from '../attempt/error-policy.ts';

const countMax = 2_000;
const bytesMax = 32 * 1024 * 1024;
const batchMax = 500;
const batchBytesMax = 8 * 1024 * 1024;
/** The failures after which an outcome loses its content: 31 s after the first one. */
const keptFailures = 5;

type Weighed = { settlement: Settlement; bytes: number };

type Options = {
  journal: Pick<DeliveryQueue, 'settle'>;
  lease: Lease;
  clock: Clock;
  failed(error: unknown, doing: string): void;
};

/**
 * Records outcomes, many in one transaction. A write that fails is halved until the outcomes that can't be written are
 * alone; each is repeated after 1 s, doubling to 30 s, and after 31 s without its content (bodies and texts). On a full
 * disk nothing is halved, and no content lost: all are repeated together.
 */
export class SettlementWriter {
  #count = 0;
  #bytes = 0;
  readonly #options: Options;
  readonly #settle: (weighed: Weighed) => Promise<boolean>;

  constructor(options: Options) {
    this.#options = options;
    this.#settle = batcher<Weighed, boolean>({
      size: batchMax,
      outstanding: 4,
      weigh: ({ bytes }) => bytes,
      weightMost: batchBytesMax,
      run: (weighed) => this.#write(weighed),
    });
  }

  async #write(weighed: Weighed[]): Promise<boolean[]> {
    const { journal, lease, clock, failed } = this.#options;
    let settlements = weighed.map(({ settlement }) => settlement);
    for (let failures = 1; ; failures++)
      try {
        const isMine = await journal.settle(lease, settlements, clock.now());
        this.#count -= settlements.length;
        for (const { bytes } of weighed) this.#bytes -= bytes;
        return settlements.map(() => isMine);
      } catch (error) {
        const isFull = error instanceof AppError && error.code === 'storage_full';
        if (settlements.length > 1 && !isFull) {
          const half = settlements.length >> 1;
          // Together, since a half with an outcome that can't be written waits.
          const halves = [weighed.slice(0, half), weighed.slice(half)].map((some) => this.#write(some));
          return (await Promise.all(halves)).flat();
        }
        failed(error, 'record attempts');
        await pause(clock, errorBackoffMs(failures - 1));
        if (!isFull && failures >= keptFailures)
          settlements = settlements.map((one) =>
            emptied(one, 'The attempt could not be stored, so its content is missing.'),
          );
      }
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
