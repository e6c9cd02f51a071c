import type { CollectorBody } from '../contract/documents/collector.ts';
import type { Notes } from '../notes/notes.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

const useEveryMs = 60_000;
/** A use is forgotten after a year. */
const useMs = 365 * 86_400_000;
const prefix = 'key_use/';

type Parts = {
  notes: Pick<Notes, 'list' | 'save'>;
  telemetry: Pick<Telemetry, 'failedOften'>;
  now: () => number;
};

export type FormerKeys = ReturnType<typeof createFormerKeys>;

/** The keys that collectors had before their last rotation: until when they are valid, and when they were last used. */
export function createFormerKeys({ notes, telemetry, now }: Parts) {
  const used = new Map<string, number>();
  let stored: Promise<ReadonlyMap<string, number>> | null = null;

  /** Stored at most once a minute for each key. */
  function note(key: string): void {
    const at = now();
    if (at - (used.get(key) ?? 0) < useEveryMs) return;
    used.set(key, at);
    notes
      .save({ name: prefix + key, text: String(at) })
      .catch((error: unknown) => telemetry.failedOften(error, 'store a use of a key'));
  }

  async function load(): Promise<ReadonlyMap<string, number>> {
    const uses = (await notes.list(prefix)).map(({ name, text }) => ({ name, at: Number(text) }));
    const old = uses.filter(({ at }) => at < now() - useMs);
    if (old.length > 0) await notes.save(...old.map(({ name }) => ({ name, text: null })));
    return new Map(uses.filter((use) => !old.includes(use)).map(({ name, at }) => [name.slice(prefix.length), at]));
  }

  return {
    /** The collector with this former key, if the key is still valid. Counts as a use of the key. */
    collectorOf(key: string, collector: Document<CollectorBody> | undefined): Document<CollectorBody> | undefined {
      if (collector === undefined || !(Date.parse(collector.body.previousUntil ?? '') > now())) return undefined;
      note(key);
      return collector;
    },
    /** When a former key was last used (ms since the epoch), exact to a minute; null: never. */
    async usedAt(key: string): Promise<number | null> {
      // A failed read is not kept.
      stored ??= load().catch((error: unknown) => {
        stored = null;
        throw error;
      });
      return used.get(key) ?? (await stored).get(key) ?? null;
    },
  };
}
