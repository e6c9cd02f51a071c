import type { Roster } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';

/** An erasure has begun, or its text has left the database. A node removes the text from its memory at both. */
export type ErasureStage = 'begun' | 'searched';

/** Which nodes have removed the text of an erasure from their memory, as they tell each other in notes. */
export interface Forgotten {
  /** This node has, at this stage. */
  confirm(id: string, stage: ErasureStage): Promise<void>;
  /** Whether each other node that lives has, at this stage. */
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
  return {
    confirm: (id, stage) => notes.save({ name: noteOf(id, node), text: stage }),
    async isByOthers(id, stage) {
      const others = (roster()?.nodes ?? []).filter(({ name }) => name !== node);
      if (others.length === 0) return true;
      const stages = new Map((await notes.list(noteOf(id, ''))).map(({ name, text }) => [name, text]));
      return others.every(({ name }) => stages.get(noteOf(id, name)) === stage);
    },
    async keep(ids) {
      const gone = (await notes.list(prefix)).filter(({ name }) => !ids.some((id) => name.startsWith(noteOf(id, ''))));
      if (gone.length > 0) await notes.save(...gone.map(({ name }) => ({ name, text: null })));
    },
  };
}
