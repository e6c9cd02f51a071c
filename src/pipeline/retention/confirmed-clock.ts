import type { Notes } from '../../notes/notes.ts';

const noteName = 'confirmed-clock';
/** A longer jump ahead must be confirmed: a pause of the machine, a restart after a while, or a wrong clock. */
const jumpMs = 3_600_000;
/** A clock that was wrong is usually corrected within this time. */
const confirmedAfterMs = 86_400_000;

/** `now`: the confirmed time. `waitedMs`: how long the clock has been ahead of it. */
type Confirmed = { now: number; waitedMs: number };

export type ConfirmedClock = ReturnType<typeof confirmedClock>;

/**
 * The time by which data is removed for its age. It follows the clock, but when this jumps ahead by more than an hour, the
 * confirmed time runs on from before until the clock has been ahead for 24 hours of running: a clock that is wrong for a
 * while must not remove everything. Kept over restarts. `roundMs`: the time between two calls of `next`.
 */
export function confirmedClock(notes: Pick<Notes, 'load' | 'save'>, roundMs: number) {
  let known: Confirmed | null = null;

  return {
    roundMs,
    /** The last confirmed time; null before the first. */
    last: (): number | null => known?.now ?? null,
    /** Reads the confirmed time of the node that confirms it; null: there is none yet. */
    async follow(): Promise<number | null> {
      known = confirmedOf(await notes.load(noteName));
      return known?.now ?? null;
    },
    /** The confirmed time at the clock's `now`. */
    async next(now: number): Promise<number> {
      known ??= confirmedOf(await notes.load(noteName)) ?? { now, waitedMs: 0 };
      known = confirm(known, now, roundMs);
      await notes.save({ name: noteName, text: JSON.stringify(known) });
      return known.now;
    },
  };
}

function confirm({ now: before, waitedMs }: Confirmed, now: number, roundMs: number): Confirmed {
  const isAhead = now - (before + roundMs) > jumpMs;
  if (!isAhead || waitedMs + roundMs >= confirmedAfterMs) return { now, waitedMs: 0 };
  return { now: before + roundMs, waitedMs: waitedMs + roundMs };
}

/** The note was written by this program. */
const confirmedOf = (note: string | null): Confirmed | null => (note === null ? null : JSON.parse(note));
