import { inTurn } from '../async/in-turn.ts';
import { Secret } from '../contract/secret.ts';
import type { Sealer } from './sealer.ts';
import type { SealedStore } from './sealing.ts';

/** A store of texts by name: one, all with a name prefix, and the writing of one (null: removed), also of one with a known text. */
type Notes = {
  load(name: string): Promise<string | null>;
  list(prefix: string): Promise<{ name: string; text: string }[]>;
  save(change: { name: string; text: string | null }): Promise<void>;
  /** false: its text is not `before` by now, and stays. */
  replace(name: string, before: string, text: string): Promise<boolean>;
};

/**
 * Opens generated secret texts by name, which are sealed in the store. Throws an Error of one sentence when one was
 * sealed with a key that the sealer does not have.
 */
export async function openSealedTexts(kind: string, notes: Notes, seals: Sealer) {
  const prefix = `${kind}/`;
  const rowOf = (name: string) => ({ table: 'note', kind, id: name });
  const seal = (name: string, text: string) =>
    JSON.stringify(seals.sealBody(rowOf(name), { text: new Secret(text, '') }));
  const open = (name: string, sealed: string) => {
    const { text } = seals.openBody(rowOf(name), JSON.parse(sealed)) as { text: Secret }; // sealed above
    return text.reveal();
  };
  const sealedNotes = async () =>
    (await notes.list(prefix)).map(({ name, text }) => ({ name: name.slice(prefix.length), sealed: text }));
  const oldNotes = async () =>
    (await sealedNotes()).filter(({ sealed }) => seals.isSealedWithOldKey(JSON.parse(sealed)));

  /** One at a time, so that a rotation does not overwrite a text that was saved during it. */
  const turn = inTurn();

  const sealedStore: SealedStore = {
    async bodiesByKey(keyIds) {
      const needed = (await sealedNotes()).map(({ sealed }) => seals.keysOf(JSON.parse(sealed)));
      return new Map(keyIds.map((id) => [id, needed.filter((ids) => ids.has(id)).length]));
    },
    count: async () => (await oldNotes()).length,
    reseal: (done) =>
      turn(async () => {
        for (const { name, sealed } of await oldNotes()) {
          // A text that this or another node saved after it was listed has the new key.
          await notes.replace(prefix + name, sealed, seal(name, open(name, sealed)));
          done(1);
        }
      }),
  };

  return {
    /** The content at the start. */
    all: new Map((await sealedNotes()).map(({ name, sealed }) => [name, open(name, sealed)])),
    /** What is stored now and can be opened: another node may seal with a key that this one does not have. */
    async list(failed: (error: unknown) => void): Promise<Map<string, string>> {
      const opened = new Map<string, string>();
      for (const { name, sealed } of await sealedNotes())
        try {
          opened.set(name, open(name, sealed));
        } catch (error) {
          failed(error);
        }
      return opened;
    },
    /** What is stored now; null: nothing. */
    load: async (name: string): Promise<string | null> => {
      const sealed = await notes.load(prefix + name);
      return sealed === null ? null : open(name, sealed);
    },
    /** Durable when it resolves; null removes the text. */
    save: (name: string, text: string | null): Promise<void> =>
      turn(() => notes.save({ name: prefix + name, text: text === null ? null : seal(name, text) })),
    sealed: sealedStore,
  };
}
