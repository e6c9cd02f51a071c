import { type StatisticsEntry, statisticsSteps } from '../../journal.ts';
import type { JournalClient } from '../sqlite-journal.ts';
import { figureSum } from './figure-table.ts';
import type { FreshFigures } from './statistics-operations.ts';

/** With a thousand things of a kind a row holds about 16 of them. */
const parts = 64;
// One call takes less than half a millisecond of each thread: others wait for as long.
const entriesAtOnce = 50;
const rowsAtOnce = 8;
const minuteMs = statisticsSteps[0].ms;
/** How long each call may wait for a transaction that is made anyway. */
const maxDelayMs = 10;

/** Sorts entries into shares that a short call each can add. */
export function sharesOf(entries: readonly StatisticsEntry[]): StatisticsEntry[][] {
  const shares: StatisticsEntry[][] = [];
  let share: StatisticsEntry[] = [];
  let rows = 0;
  for (const ofPlace of Map.groupBy(entries, placeOf).values())
    for (let start = 0; start < ofPlace.length; start += entriesAtOnce) {
      const row = ofPlace.slice(start, start + entriesAtOnce);
      if (rows === 0 || rows === rowsAtOnce || share.length + row.length > entriesAtOnce) {
        share = [];
        rows = 0;
        shares.push(share);
      }
      share.push(...row);
      rows += 1;
    }
  return shares;
}

/** Adds a share in a call that others don't wait for but take along. */
export async function addShare(client: JournalClient, entries: readonly StatisticsEntry[]): Promise<void> {
  const fresh = Array.from(Map.groupBy(entries, placeOf).values(), freshFigures);
  const bytes = fresh.reduce((sum, { figures }) => sum + figures.length, 0);
  await client.write('addStatistics', fresh, { bytes, isIntake: false, maxDelayMs });
}

/** Moves some of what is over into the steps; answers whether there is more. */
export function rollUp(client: JournalClient, before: number): Promise<boolean> {
  return client.write('rollUpStatistics', { before }, { bytes: 0, isIntake: false, maxDelayMs });
}

function freshFigures(entries: readonly StatisticsEntry[]): FreshFigures {
  const sum = figureSum();
  for (const { id, figures } of entries) sum.add(id, figures);
  const { at, kind, id } = entries[0] ?? { at: 0, kind: '', id: '' };
  return { at: minuteOf(at), kind, part: partOf(id), figures: JSON.stringify(sum.table) };
}

const placeOf = ({ at, kind, id }: StatisticsEntry) => `${minuteOf(at)} ${partOf(id)} ${kind}`;
const minuteOf = (at: number) => at - (at % minuteMs);

/** Which share of a kind's things an id is in, for ever. */
export function partOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) | 0;
  return (hash >>> 0) % parts;
}
