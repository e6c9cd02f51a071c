import type { Roster } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';

/** An erasure has begun, or its search is over. A node removes the text from its memory at both. */
export type ErasureStage = 'begun' | 'searched';

/** Which nodes have removed the text of an erasure from their memory, as they tell each other in notes. */
export interface Forgotten {
  /** This node has, at this stage. */
  confirm(id: string, stage: ErasureStage): Promise<void>;
  /** Whether each other node that lives has, at this stage; of `searched` also those whose first heartbeat came before the call. */
  isByOthers(id: string, stage: ErasureStage): Promise<boolean>;
  /** Removes what was confirmed of all other erasures than these. */
  keep(ids: readonly string[]): Promise<void>;
}

const prefix = 'forgotten/';

/** Notes of the node `node`; `roster`: who lives. */
export function forgottenByNodes({
  notes,
  node,
  roster,
}: {
  notes: Pick<Notes, 'list' | 'save'>;
  node: string;
  roster(): Roster | null;
}): Forgotten {
  const noteOf = (id: string, by: string) => `${prefix}${id}/${by}`;
  /** Of erasures whose search is over: the roster as of the last call, and how many newer ones there were. */
  const rosters = new Map<string, { last: Roster | null; newer: number }>();

  /** Whether the roster has all nodes that lived at the first call: the first newer one may have been on its way then. */
  function hasNewRoster(id: string): boolean {
    const last = roster();
    const known = rosters.get(id) ?? { last, newer: 0 };
    const newer = known.newer + (last === known.last ? 0 : 1);
    rosters.set(id, { last, newer });
    return newer >= 2;
  }

  return {
    confirm: (id, stage) => notes.save({ name: noteOf(id, node), text: stage }),
    async isByOthers(id, stage) {
      if (stage === 'searched' && !hasNewRoster(id)) return false;
      const others = (roster()?.nodes ?? []).filter(({ name }) => name !== node);
      if (others.length === 0) return true;
      const stages = new Map((await notes.list(noteOf(id, ''))).map(({ name, text }) => [name, text]));
      return others.every(({ name }) => stages.get(noteOf(id, name)) === stage);
    },
    async keep(ids) {
      for (const id of rosters.keys()) if (!ids.includes(id)) rosters.delete(id);
      const gone = (await notes.list(prefix)).filter(({ name }) => !ids.some((id) => name.startsWith(noteOf(id, ''))));
      if (gone.length > 0) await notes.save(...gone.map(({ name }) => ({ name, text: null })));
    },
  };
}
