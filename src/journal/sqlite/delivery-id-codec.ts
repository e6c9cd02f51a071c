import { placedId, placeOf } from '../../contract/ids.ts';

/**
 * The `number` of a delivery in the tables: its partition times 2^43, plus its number in the partition. So the rows of a
 * partition lie together, and those of partition 0 have their plain numbers.
 */
export type DeliveryRows = { partition: number; first: number; end: number };

/** For SQL: the partition is `number >> numberBits`. */
export const numberBits = 43;
const unit = 2 ** numberBits;
/** Rows are exact in a double for all partitions that a database can have. */
const partitionsMax = 1_024;

/** The rows of a partition. */
export const rowsOf = (partition: number): DeliveryRows => ({
  partition,
  first: partition * unit,
  end: (partition + 1) * unit,
});

export const partitionOfRow = (row: number): number => Math.floor(row / unit);

/** The id of the delivery that was created at this time. */
export const deliveryId = (timeMs: number, row: number): string =>
  placedId('delivery', { timeMs, partition: partitionOfRow(row), number: row % unit });

/** A delivery's id in parts: the number finds it, the time must agree. */
export type DeliveryPlace = { number: number; timeMs: number };

/** The row and the creation time in an id; null when the text is not the id of a delivery. */
export function deliveryPlaceOf(id: string): DeliveryPlace | null {
  const place = placeOf('delivery', id);
  if (place === null || place.partition >= partitionsMax || place.number >= unit) return null;
  return { number: place.partition * unit + place.number, timeMs: place.timeMs };
}

/** The rows of deliveries; text that is no id is left out. */
export const rowsOfIds = (ids: readonly string[]): number[] => ids.flatMap((id) => deliveryPlaceOf(id)?.number ?? []);
