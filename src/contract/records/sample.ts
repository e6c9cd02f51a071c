import { z } from 'zod';

const anything = z.record(z.string(), z.unknown());

/** An event that is made up where it is needed. */
export const sampleEvent = z.strictObject({
  name: z.string().nullable().optional(),
  visitorId: z.string().nullable().optional(),
  occurredAt: z.string().optional(),
  data: anything,
  ext: anything.optional(),
  session: anything.optional(),
});

/** The event that a preview or a test runs on: a stored one, one made up here, or the records themselves. */
export const sampleInput = z.strictObject({
  eventId: z.string().optional(),
  event: sampleEvent.optional(),
  data: z.array(anything).max(1_000).optional(),
  actionId: z.string().optional(),
  draft: anything.optional(),
});
export type SampleInput = z.output<typeof sampleInput>;
