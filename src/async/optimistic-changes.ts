import { inTurn } from './in-turn.ts';

const conflictsMax = 20;

/**
 * Changes of a state that is kept in memory and stored with a revision. They run one at a time: a state that is loaded
 * during a change could replace the newer one of that change. A `change` that resolves with null was based on an older
 * revision than the stored one: the state is loaded again, and the change runs once more. Rejects with the error of
 * `tooMany` after 20 such conflicts in a row.
 */
export function optimisticChanges(reload: () => Promise<void>, tooMany: () => Error) {
  const turn = inTurn();

  async function run<T>(change: () => Promise<T | null>): Promise<T> {
    for (let tries = 0; tries < conflictsMax; tries++) {
      const result = await change();
      if (result !== null) return result;
      await reload();
    }
    throw tooMany();
  }

  return <T>(change: () => Promise<T | null>): Promise<T> => turn(() => run(change));
}
