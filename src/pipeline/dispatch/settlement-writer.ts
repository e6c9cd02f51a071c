import { type Clock, errorBackoffMs, pause } from '../../async/clock.ts';
import { AppError } from '../../contract/errors.ts';
import type { DeliveryQueue, Lease, Overtaken, Settlement } from '../../journal/journal.ts';
import { emptied } from '../attempt/error-policy.ts';

const countMax = 2_000;
const bytesMax = 32 * 1024 * 1024;
const groupMax = 500;
const groupBytesMax = 8 * 1024 * 1024;
const writesMax = 4;
/** The failures after which an outcome loses its content: 31 s after the first one. */
const keptFailures = 5;

/**
 * false: another process has acquired the lease, or storage is closed, and not all outcomes of this write were
 * recorded. Else the deliveries among them that had ended before.
 */
export type Recorded = readonly Overtaken[] | false;

/** Outcomes that are written in one call, and whether they were recorded. */
type Group = PromiseWithResolvers<Recorded> & { settlements: Settlement[]; bytes: number };

/** The outcomes that wait to be recorded, of all dispatchers. */
export class UnrecordedOutcomes {
  #count = 0;
  #bytes = 0;

  /** Whether so many wait (2,000, or 32 MiB) that nothing more should be sent. */
  get isBehind(): boolean {
    return this.#count > countMax || this.#bytes > bytesMax;
  }

  add(count: number, bytes: number): void {
    this.#count += count;
    this.#bytes += bytes;
  }

  remove(count: number, bytes: number): void {
    this.add(-count, -bytes);
  }
}

type Options = {
  unrecorded: UnrecordedOutcomes;
  journal: Pick<DeliveryQueue, 'settle'>;
  lease: Lease;
  clock: Clock;
  /** Storage is closed: outcomes that are not recorded yet are dropped. */
  isOver(): boolean;
  failed(error: unknown, doing: string): void;
};

/**
 * Records outcomes, many in one transaction: those of one turn of the event loop, and those that come while four writes
 * are running. A write that fails is halved until the outcomes that can't be written are alone; each is repeated after
 * 1 s, doubling to 30 s, and after 31 s without its content (bodies and texts). On a full disk nothing is halved, and no
 * content lost: all are repeated together.
 */
export class SettlementWriter {
  /** The last one takes more outcomes while it has room. */
  readonly #waiting: Group[] = [];
  #writes = 0;
  #isScheduled = false;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Outcomes that are written together have one promise. */
  record(settlement: Settlement): Promise<Recorded> {
    const bytes = bytesOf(settlement);
    this.#options.unrecorded.add(1, bytes);
    let group = this.#waiting.at(-1);
    if (group === undefined || group.settlements.length >= groupMax || group.bytes >= groupBytesMax) {
      group = { ...Promise.withResolvers<Recorded>(), settlements: [], bytes: 0 };
      this.#waiting.push(group);
      this.#schedule();
    }
    group.settlements.push(settlement);
    group.bytes += bytes;
    return group.promise;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0 || this.#writes >= writesMax) return;
    this.#isScheduled = true;
    setImmediate(() => void this.#writeNext());
  }

  async #writeNext(): Promise<void> {
    this.#isScheduled = false;
    const group = this.#waiting.shift();
    if (group === undefined) return;
    this.#writes += 1;
    this.#schedule();
    group.resolve(await this.#write(group.settlements, group.bytes));
    this.#writes -= 1;
    this.#schedule();
  }

  async #write(settlements: readonly Settlement[], bytes: number): Promise<Recorded> {
    const { unrecorded, journal, lease, clock, isOver, failed } = this.#options;
    let contents = settlements;
    for (let failures = 1; ; failures++)
      try {
        const recorded = await journal.settle(lease, contents, clock.now());
        unrecorded.remove(settlements.length, bytes);
        return recorded;
      } catch (error) {
        if (isOver()) {
          unrecorded.remove(settlements.length, bytes);
          return false;
        }
        const isFull = error instanceof AppError && error.code === 'storage_full';
        if (settlements.length > 1 && !isFull) {
          const half = settlements.length >> 1;
          // Together, since a half with an outcome that can't be written waits.
          const halves = [settlements.slice(0, half), settlements.slice(half)];
          const recorded = await Promise.all(
            halves.map((some) =>
              this.#write(
                some,
                some.reduce((sum, one) => sum + bytesOf(one), 0),
              ),
            ),
          );
          return recorded.some((one) => one === false) ? false : recorded.flatMap((one) => one || []);
        }
        failed(error, 'record attempts');
        await pause(clock, errorBackoffMs(failures - 1));
        if (!isFull && failures >= keptFailures)
          contents = settlements.map((one) =>
            emptied(one, 'The attempt could not be stored, so its content is missing.'),
          );
      }
  }
}

/** The estimated bytes of a settlement in the storage. */
function bytesOf({ rendered, log }: Settlement): number {
  let sum = 500 + (rendered?.body.length ?? 0);
  for (const { request, response, records } of log)
    sum += (2_000 + (request?.body?.length ?? 0) + (response?.body?.length ?? 0)) / records;
  return sum;
}
