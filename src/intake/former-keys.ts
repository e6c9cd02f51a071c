import type { CollectorBody } from '../contract/documents/collector.ts';
import type { Notes } from '../notes/notes.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

const useEveryMs = 60_000;
/** A use is forgotten after a year. */
const useMs = 365 * 86_400_000;
const prefix = 'key_use/';

type Parts = {
  notes: Pick<Notes, 'list' | 'load' | 'save'>;
  telemetry: Pick<Telemetry, 'failedOften'>;
  now: () => number;
};

export type FormerKeys = ReturnType<typeof createFormerKeys>;

/** The keys that collectors had before their last rotation: until when they are valid, and when they were last used. */
export function createFormerKeys({ notes, telemetry, now }: Parts) {
  const used = new Map<string, number>();
  let forgotten: Promise<void> | null = null;

  /** Stored at most once a minute for each key. */
  function note(key: string): void {
    const at = now();
    if (at - (used.get(key) ?? 0) < useEveryMs) return;
    used.set(key, at);
    notes
      .save({ name: prefix + key, text: String(at) })
      .catch((error: unknown) => telemetry.failedOften(error, 'store a use of a key'));
  }

  async function forgetOld(): Promise<void> {
    const old = (await notes.list(prefix)).filter(({ text }) => Number(text) < now() - useMs);
    if (old.length > 0) await notes.save(...old.map(({ name }) => ({ name, text: null })));
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
      // Once in a process; a failure is repeated with the next request.
      forgotten ??= forgetOld().catch((error: unknown) => {
        forgotten = null;
        throw error;
      });
      await forgotten;
      // Each time: the key may be in use at another node.
      const at = Math.max(used.get(key) ?? 0, Number(await notes.load(prefix + key)));
      return at === 0 ? null : at;
    },
  };
}
