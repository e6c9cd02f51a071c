import type { Query } from '../../postgres/postgres.ts';
import type { PlannedDelivery } from '../deliveries.ts';

/** The queue of a delivery: `replay` is the id of its replay, '' for none. All deliveries of a target are of one partition. */
export type Target = { partition: number; destination: string; connection: string; replay: string };

/**
 * The numbers of ids from outside. Their rows never change, so that a node remembers those that it used. `ensure` comes before the
 * functions that do not wait.
 */
export type Words = {
  /** Looks these up that are not remembered, and adds those that are new, in a transaction of its own. */
  ensure(words: Iterable<string>, targets?: Iterable<Target>): Promise<void>;
  /** Looks up what these numbers stand for; `by`: inside this transaction. */
  ensureTexts(words: Iterable<number>, targets?: Iterable<number>, by?: Query): Promise<void>;
  wordId(text: string): number;
  targetId(target: Target): number;
  text(id: number): string;
  target(id: number): Target;
};

/** More than that are forgotten, all at once. */
const rememberedMax = 200_000;

const keyOf = ({ partition, destination, connection, replay }: Target) =>
  `${destination}\n${connection}\n${replay}\n${partition}`;

export function createWords(query: Query): Words {
  const ids = new Map<string, number>();
  const texts = new Map<number, string>();
  const targetIds = new Map<string, number>();
  const targets = new Map<number, Target>();

  function remember(id: number, text: string) {
    ids.set(text, id);
    texts.set(id, text);
  }

  function rememberTarget({ id, ...target }: Target & { id: number }) {
    targetIds.set(keyOf(target), id);
    targets.set(id, target);
  }

  /** Only before something is looked up, so that what was just ensured stays. */
  function makeRoom() {
    if (texts.size + targets.size < rememberedMax) return;
    for (const map of [ids, texts, targetIds, targets]) map.clear();
  }

  return {
    async ensure(words, wanted = []) {
      const newWords = [...new Set(words)].filter((text) => !ids.has(text));
      const newTargets = [...new Map([...wanted].map((one) => [keyOf(one), one])).values()].filter(
        (one) => !targetIds.has(keyOf(one)),
      );
      if (newWords.length === 0 && newTargets.length === 0) return;
      if (texts.size + targets.size >= rememberedMax) {
        makeRoom();
        return this.ensure(words, wanted);
      }
      if (newWords.length > 0) {
        const rows = await query<{ id: number; text: string }>(
          `WITH given AS (SELECT text FROM unnest($1::text[]) AS given (text) ORDER BY text),
             made AS (INSERT INTO word (text) SELECT text FROM given ON CONFLICT DO NOTHING RETURNING id, text)
           SELECT id, text FROM made UNION ALL SELECT id, text FROM word WHERE text = ANY ($1)`,
          [newWords],
        );
        for (const { id, text } of rows) remember(id, text);
        // Another node has added one since this statement began.
        if (newWords.some((text) => !ids.has(text))) await this.ensure(words);
      }
      if (newTargets.length > 0) {
        const columns = (['destination', 'connection', 'replay', 'partition'] as const).map((column) =>
          newTargets.map((one) => one[column]),
        );
        const rows = await query<Target & { id: number }>(
          `WITH given AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[])
               AS given (destination, connection, replay, partition) ORDER BY 1, 2, 3, 4),
             made AS (INSERT INTO target (destination, connection, replay, partition) SELECT * FROM given
               ON CONFLICT DO NOTHING RETURNING id, destination, connection, replay, partition)
           SELECT * FROM made UNION ALL SELECT target.id, target.destination, target.connection, target.replay, target.partition
             FROM target JOIN given USING (destination, connection, replay, partition)`,
          columns,
        );
        for (const row of rows) rememberTarget(row);
        if (newTargets.some((one) => !targetIds.has(keyOf(one)))) await this.ensure([], wanted);
      }
    },

    async ensureTexts(words, wanted = [], by = query) {
      const newWords = [...new Set(words)].filter((id) => !texts.has(id));
      const newTargets = [...new Set(wanted)].filter((id) => !targets.has(id));
      if (newWords.length === 0 && newTargets.length === 0) return;
      if (texts.size + targets.size >= rememberedMax) {
        makeRoom();
        return this.ensureTexts(words, wanted, by);
      }
      if (newWords.length > 0)
        for (const { id, text } of await by<{ id: number; text: string }>(
          'SELECT id, text FROM word WHERE id = ANY ($1)',
          [newWords],
        ))
          remember(id, text);
      if (newTargets.length > 0)
        for (const row of await by<Target & { id: number }>(
          'SELECT id, destination, connection, replay, partition FROM target WHERE id = ANY ($1)',
          [newTargets],
        ))
          rememberTarget(row);
    },

    wordId: (text) => found(ids.get(text), text),
    targetId: (target) => found(targetIds.get(keyOf(target)), target.destination),
    text: (id) => found(texts.get(id), id),
    target: (id) => found(targets.get(id), id),
  };
}

function found<T>(value: T | undefined, what: string | number): T {
  if (value === undefined) throw new Error(`The word or target ${what} is missing.`);
  return value;
}

/** The queue of a delivery in a partition. */
export const targetIn = (
  partition: number,
  { destinationId, connectionId }: Pick<PlannedDelivery, 'destinationId' | 'connectionId'>,
  replay = '',
): Target => ({ partition, destination: destinationId, connection: connectionId, replay });
