import { Secret } from '../contract/secret.ts';
import type { Sealer } from './sealer.ts';
import type { SealedStore } from './sealing.ts';

/** A store of texts by name: all with a name prefix, and one (null: removed). */
type Notes = {
  load(prefix: string): Promise<{ name: string; text: string }[]>;
  save(name: string, text: string | null): Promise<void>;
};

/** Generated secret texts by name, sealed in the store. `all` is the content at the start. */
export type SealedTexts = {
  readonly all: ReadonlyMap<string, string>;
  /** Durable when it resolves; null removes the text. */
  save(name: string, text: string | null): Promise<void>;
  readonly sealed: SealedStore;
};

/**
 * Opens the sealed texts. Throws an Error of one sentence when one was sealed with a key that the sealer does not
 * have.
 */
export async function openSealedTexts(kind: string, notes: Notes, seals: Sealer): Promise<SealedTexts> {
  const prefix = `${kind}/`;
  const placeOf = (name: string) => ({ table: 'note', kind, id: name });
  const seal = (name: string, text: string) =>
    JSON.stringify(seals.sealBody(placeOf(name), { text: new Secret(text, '') }));
  const open = (name: string, sealed: string) => {
    const { text } = seals.openBody(placeOf(name), JSON.parse(sealed)) as { text: Secret }; // sealed above
    return text.reveal();
  };
  const sealedNotes = async () =>
    (await notes.load(prefix)).map(({ name, text }) => ({ name: name.slice(prefix.length), sealed: text }));

  let turn: Promise<unknown> = Promise.resolve();
  /** Runs one at a time, so that a rotation does not overwrite a text that was saved during it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work, work);
    turn = mine.catch(() => {});
    return mine;
  }

  return {
    all: new Map((await sealedNotes()).map(({ name, sealed }) => [name, open(name, sealed)])),
    save: (name, text) => inTurn(() => notes.save(prefix + name, text === null ? null : seal(name, text))),
    sealed: {
      async bodiesByKey(keyIds) {
        const needed = (await sealedNotes()).map(({ sealed }) => seals.keysOf(JSON.parse(sealed)));
        return new Map(keyIds.map((id) => [id, needed.filter((ids) => ids.has(id)).length]));
      },
      reseal: (progress) =>
        inTurn(async () => {
          const old = (await sealedNotes()).filter(({ sealed }) =>
            [...seals.keysOf(JSON.parse(sealed))].some((id) => id !== seals.sealsWith),
          );
          for (const [done, { name, sealed }] of old.entries()) {
            progress({ done, total: old.length });
            await notes.save(prefix + name, seal(name, open(name, sealed)));
          }
          progress({ done: old.length, total: old.length });
        }),
    },
  };
}
