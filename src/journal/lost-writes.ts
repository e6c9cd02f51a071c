/**
 * What a failover of the database lost of a partition, as far as its owner knew: at least this. `writes`: transactions, which also
 * store results of deliveries. Times are ms since the epoch: `from` is that of the newest event that is left (null: none is),
 * `to` that of the newest one that is gone.
 */
export type LostWrites = {
  partition: number;
  writes: number;
  events: number;
  deliveries: number;
  from: number | null;
  to: number;
};

/**
 * The same of several partitions. What was lost was committed after all that is left, so that a partition without an event says
 * nothing of the time.
 */
export function sumOfLost(all: readonly Omit<LostWrites, 'partition' | 'writes'>[]) {
  const withEvents = all.filter(({ events }) => events > 0);
  const timed = withEvents.length > 0 ? withEvents : all;
  const from = timed.flatMap((one) => one.from ?? []);
  return {
    events: all.reduce((sum, { events }) => sum + events, 0),
    deliveries: all.reduce((sum, { deliveries }) => sum + deliveries, 0),
    since: from.length === 0 ? null : new Date(Math.min(...from)).toISOString(),
    until: new Date(Math.max(...timed.map(({ to }) => to))).toISOString(),
  };
}
