import type { LoggedDelivery } from '../journal.ts';

type Status = LoggedDelivery['status'];

/** The values of delivery.status; up to `held` a delivery is unfinished. */
export const statusCodes = {
  pending: 0,
  retrying: 1,
  held: 2,
  delivered: 3,
  failed: 4,
  skipped: 5,
  cancelled: 6,
} as const satisfies Record<Status, number>;

const names = Object.keys(statusCodes) as Status[]; // keys of a constant object, in the order of their numbers

export function statusOf(code: number): Status {
  const name = names[code];
  if (name === undefined) throw new Error(`No status has the code ${code}.`);
  return name;
}
