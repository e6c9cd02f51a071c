import { batcher } from '../../async/batcher.ts';
import { type Clock, pause } from '../../async/clock.ts';
import type { DeliveryQueue, Lease, Settlement } from '../../journal/journal.ts';

const countMost = 2_000;
const bytesMost = 32 * 1024 * 1024;
const batchBytesMost = 8 * 1024 * 1024;
const retryMs = { first: 1_000, most: 30_000 };

/** Records what attempts came to, many in one transaction, as often as it takes: a full disk only makes it wait. */
export function createRecorder(options: {
  journal: Pick<DeliveryQueue, 'settle'>;
  lease: Lease;
  clock: Clock;
  failed(error: unknown, doing: string): void;
}) {
  const { journal, lease, clock } = options;
  let count = 0;
  let bytes = 0;

  const settle = batcher<Settlement, boolean>({
    size: 500,
    outstanding: 4,
    weigh: weightOf,
    weightMost: batchBytesMost,
    run: async (settlements) => {
      for (let waitMs = retryMs.first; ; waitMs = Math.min(2 * waitMs, retryMs.most)) {
        try {
          const isMine = await journal.settle(lease, settlements, clock.now());
          count -= settlements.length;
          for (const one of settlements) bytes -= weightOf(one);
          return settlements.map(() => isMine);
        } catch (error) {
          options.failed(error, 'record attempts');
          await pause(clock, waitMs);
        }
      }
    },
  });

  return {
    /** What was sent must be recorded before more is sent: so many answers wait for it, or such heavy ones. */
    get isBehind() {
      return count > countMost || bytes > bytesMost;
    },
    /** false: another process has taken over, and nothing was recorded. */
    record(settlement: Settlement): Promise<boolean> {
      count += 1;
      bytes += weightOf(settlement);
      return settle(settlement);
    },
  };
}

/** About how many bytes a settlement brings to the storage. */
function weightOf({ rendered, log }: Settlement): number {
  let sum = 500 + (rendered?.body.length ?? 0);
  for (const { request, response, records } of log)
    sum += (2_000 + (request?.body?.length ?? 0) + (response?.body?.length ?? 0)) / records;
  return sum;
}
