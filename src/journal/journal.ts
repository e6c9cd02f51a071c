import type { HotJournal } from './hot.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { JournalLog } from './log.ts';

export * from './deliveries.ts';
export type * from './erasures.ts';
export * from './hot.ts';
export type * from './housekeeping.ts';
export type * from './log.ts';
export * from './replays.ts';
export * from './statistics.ts';

/** The log of events, deliveries and attempts, and the queue of the deliveries that are due: three ports. */
export interface Journal {
  readonly hot: HotJournal;
  readonly log: JournalLog;
  readonly housekeeping: Housekeeping;
}
