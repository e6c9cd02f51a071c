import type { Clock } from '../../async/clock.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Keepings } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

const noteName = 'bodies';

/**
 * Removes bodies whose time is over. What was said of a destination when its deliveries ended may have been changed
 * since: then the finished ones are told anew. What deliveries of a deleted destination were told stays.
 */
export function bodyRetention(options: {
  configuration: Configuration;
  journal: Pick<Journal, 'upkeep'>;
  clock: Pick<Clock, 'now'>;
  keeping: Keepings;
}): () => Promise<void> {
  const { configuration, clock, keeping } = options;
  const { upkeep } = options.journal;
  let told: ReadonlyMap<string, number> | null = null;

  return async () => {
    told ??= new Map(JSON.parse((await upkeep.loadNote(noteName)) ?? '[]') as [string, number][]); // saved below
    const { destination } = configuration.snapshot.documents;
    const wanted = new Map<string, number>();
    for (const one of destination.values()) {
      const ms = keeping(one)?.bodiesMs ?? null;
      if (ms !== null) wanted.set(one.id, ms);
    }
    const ids = new Set([...told.keys(), ...wanted.keys()]);
    const changed = [...ids].filter((id) => told?.get(id) !== wanted.get(id));
    for (const id of changed) if (destination.has(id)) await upkeep.keepBodies(id, wanted.get(id) ?? null);
    if (changed.length > 0) await upkeep.saveNote(noteName, JSON.stringify([...wanted]));
    told = wanted;
    await upkeep.forgetBodies(clock.now());
  };
}
