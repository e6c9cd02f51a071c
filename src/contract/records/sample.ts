import { z } from 'zod';
import { anything } from '../route.ts';
import { instant } from '../text.ts';

/** A made-up event. */
export const sampleEvent = z.strictObject({
  name: z.string().nullable().optional(),
  visitorId: z.string().nullable().optional(),
  occurredAt: instant.optional(),
  data: anything,
  ext: anything.optional(),
  session: anything.optional(),
});

/** The event of a preview or test: a stored one, a made-up one, or the records directly. */
export const sampleInput = z
  .strictObject({
    eventId: z.string().optional(),
    event: sampleEvent.optional(),
    data: z.array(anything).max(1_000).optional(),
    actionId: z.string().optional(),
    draft: anything.optional().meta({ accepts: 'Members of a destination that differ, as in its PATCH.' }),
  })
  .meta({ accepts: 'Give `eventId`, `event` or `data`.' });
export type SampleInput = z.output<typeof sampleInput>;

/** The same for a preview, which can have the records of several events. A test stores the event of one visitor alone. */
export const previewInput = sampleInput.extend({ batchEventIds: z.array(z.string().max(64)).max(19).optional() }).meta({
  accepts: 'Give `eventId`, `event` or `data`. The records of `batchEventIds` follow that of `eventId`, as in a batch.',
});
export type PreviewInput = z.output<typeof previewInput>;
