import type { Query } from '../../postgres/postgres.ts';
import { type EventLine, type EventPlace, unpackLines } from '../codec/event-codec.ts';
import type { Words } from './words.ts';

/** Finds stored events by their places. */
export type EventReader = {
  /**
   * In the order of the places, with `undefined` for one that is not stored, or was erased. A group is read once; `by`: in the midst of
   * this transaction.
   */
  lines(places: readonly EventPlace[], by?: Query): Promise<(EventLine | undefined)[]>;
};

export type StoredGroup = {
  partition: number;
  first: number;
  receivedAt: number;
  collector: number;
  events: Buffer;
};

export function eventReader(query: Query, words: Words): EventReader {
  return {
    async lines(places, by = query) {
      if (places.length === 0) return [];
      const groups = await by<StoredGroup>(
        `WITH key AS (
             SELECT DISTINCT found.partition, found.first, found.received_at
             FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS place (partition, number, at)
             CROSS JOIN LATERAL (
               SELECT partition, first, received_at FROM event_group
               WHERE partition = place.partition AND received_at = place.at AND first <= place.number
               ORDER BY first DESC LIMIT 1) AS found)
         SELECT partition, first, received_at AS "receivedAt", collector, events
         FROM key JOIN event_group USING (partition, first, received_at)`,
        [places.map((one) => one.partition), places.map((one) => one.number), places.map((one) => one.timeMs)],
      );
      await words.ensureTexts(
        groups.map(({ collector }) => collector),
        [],
        by,
      );
      const unpacked = groups.map((group) => ({ ...group, lines: linesOf(group.events) }));
      return places.map(({ partition, number, timeMs }) => {
        const group = unpacked.find(
          (one) =>
            one.partition === partition &&
            one.receivedAt === timeMs &&
            one.first <= number &&
            number < one.first + one.lines.length,
        );
        const line = group?.lines[number - group.first];
        if (group === undefined || line === undefined || line === '') return undefined;
        return { timeMs, partition, number, collectorId: words.text(group.collector), line };
      });
    },
  };
}

const frameMagic = 0xfd2fb528;

/** The lines of a value that was packed by `packLines`: text, or a frame of Zstandard (RFC 8878). */
export function linesOf(bytes: Buffer): string[] {
  const isFrame = bytes.length >= 4 && bytes.readUInt32LE(0) === frameMagic;
  return unpackLines(isFrame ? bytes : bytes.toString());
}
