import { z } from 'zod';
import { api, tagged, textFilter } from '../route.ts';
import { timestamp } from '../text.ts';

/** The most connections and destinations that a state lists; those with the most deliveries come first. */
export const stateItemsMax = 1_000;

const counts = {
  /** Held deliveries: due and on hold, or waiting for a person (exhausted, unknown outcome). */
  held: z.int(),
  /** Failed deliveries that a person still has to decide about: those that the filter `unresolved` finds. */
  failed: z.int(),
  /** Deliveries to be sent: due now or later, neither held nor in flight. */
  pending: z.int(),
  /** Deliveries in flight. */
  sending: z.int(),
  /** When the oldest pending delivery was created, or an older one in flight in its queue; null: none is pending. */
  oldestPendingAt: timestamp.nullable(),
};

/** The present state of deliveries. */
export const stateCounts = z.strictObject(counts);
export type StateCounts = z.output<typeof stateCounts>;

/** The same in all, and for each connection and destination that has any such delivery. */
export const deliveryState = z.strictObject({
  ...counts,
  connections: z.array(z.strictObject({ id: z.string(), ...counts })).max(stateItemsMax),
  destinations: z.array(z.strictObject({ id: z.string(), connectionId: z.string(), ...counts })).max(stateItemsMax),
});
export type DeliveryState = z.output<typeof deliveryState>;

export const stateRoutes = tagged('deliveries', {
  getState: api(
    'GET /state',
    'deliveries:view',
    'Count the deliveries that are held, failed, pending and in flight now, in all and by connection and destination (all of one with `connectionId` or `destinationId`)',
    { query: z.strictObject({ connectionId: textFilter, destinationId: textFilter }), output: deliveryState },
  ),
});
