import type { Clock } from '../../../async/clock.ts';
import { sharedRun } from '../../../async/in-turn.ts';
import type { Notes } from '../../../notes/notes.ts';
import type { Telemetry } from '../../../telemetry/telemetry.ts';

const prefix = 'hold_ends/';

export type HoldEnds = Awaited<ReturnType<typeof loadHoldEnds>>;

/**
 * When the last hold of each destination ended, kept between starts: what waited then without an attempt is sent in the
 * versions of that time or later, also by the next process and the next owner. `isOwn`: this node stores it. A kill before
 * the write costs no delivery: those are sent in the versions that they were planned with.
 */
export async function loadHoldEnds({
  notes,
  isOwn,
  clock,
  telemetry,
}: {
  notes: Pick<Notes, 'list' | 'save'>;
  isOwn: (destinationId: string) => boolean;
  clock: Clock;
  telemetry: Pick<Telemetry, 'failed'>;
}) {
  const endedAt = new Map<string, number>();
  const follow = async () => {
    for (const { name, text } of await notes.list(prefix)) {
      const id = name.slice(prefix.length);
      // This node may know a later one, which is not stored.
      endedAt.set(id, Math.max(Number(text), endedAt.get(id) ?? 0));
    }
  };
  await follow();
  const changed = new Set<string>();
  const save = sharedRun(async () => {
    const ids = [...changed];
    changed.clear();
    const own = ids.filter((id) => isOwn(id) || !endedAt.has(id));
    try {
      await notes.save(...own.map((id) => ({ name: prefix + id, text: endedAt.get(id)?.toString() ?? null })));
    } catch (error) {
      for (const id of own) changed.add(id); // the next write has them too
      throw error;
    }
  });
  const keep = (destinationId: string) => {
    changed.add(destinationId);
    save().catch((error: unknown) => telemetry.failed(error, 'store the end of a hold'));
  };

  return {
    endedAt: endedAt as ReadonlyMap<string, number>,
    ended(destinationId: string): void {
      endedAt.set(destinationId, clock.now());
      if (isOwn(destinationId)) keep(destinationId);
    },
    /** Of a destination that was deleted: it has no owner any more, and each node that knows of the end removes it. */
    forget(destinationId: string): void {
      if (endedAt.delete(destinationId)) keep(destinationId);
    },
    /** Reads what other nodes have stored. */
    follow,
  };
}
