import type { Clock } from '../../async/clock.ts';
import type { Journal } from '../../journal/journal.ts';
import type { RedactionPolicies } from '../privacy/exchange-redaction.ts';
import type { Configuration } from '../snapshot/snapshot.ts';

const noteName = 'bodies';

/**
 * Removes bodies whose time is over. When the body retention of a destination has changed, its finished deliveries get
 * the new time first. Deliveries of a deleted destination keep theirs.
 */
export function bodyRetention(options: {
  configuration: Configuration;
  journal: Pick<Journal, 'retention'>;
  clock: Pick<Clock, 'now'>;
  redaction: RedactionPolicies;
}): () => Promise<void> {
  const { configuration, clock, redaction } = options;
  const { retention } = options.journal;
  let reported: ReadonlyMap<string, number> | null = null;

  return async () => {
    reported ??= new Map(JSON.parse((await retention.loadNote(noteName)) ?? '[]') as [string, number][]); // saved below
    const { destination } = configuration.snapshot.documents;
    const wanted = new Map<string, number>();
    for (const one of destination.values()) {
      const ms = redaction(one)?.bodiesMs ?? null;
      if (ms !== null) wanted.set(one.id, ms);
    }
    const ids = new Set([...reported.keys(), ...wanted.keys()]);
    const changed = [...ids].filter((id) => reported?.get(id) !== wanted.get(id));
    for (const id of changed) if (destination.has(id)) await retention.keepBodies(id, wanted.get(id) ?? null);
    if (changed.length > 0) await retention.saveNote(noteName, JSON.stringify([...wanted]));
    reported = wanted;
    await retention.forgetBodies(clock.now());
  };
}
