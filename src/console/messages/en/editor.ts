import { count } from '../counts.ts';
import { formatPercent } from '../format.ts';

/** Words of the template editor. */
export const editor = {
  notSeen: (name: string, events: number) => `\`${name}\` was not seen in the last ${count.events(events)}.`,
  neverSeen: (name: string) => `\`${name}\` was not seen on any event yet.`,
  notMapped: (name: string, action: string) => `\`${name}\` isn’t mapped in “${action}”.`,
  didYouMean: (name: string) => `Did you mean \`${name}\`?`,
  dropped: (key: string) => `Without a value, the key \`${key}\` is omitted from the JSON.`,
  dotted: (name: string, path: string) => `\`${name}\` is a single name with a dot in it. Use \`${path}\`.`,
  use: (text: string) => `Use ${text}`,
  seen: (share: number) => `in ${formatPercent(share)} of events`,
  phrases: { Completions: 'Completions', Diagnostics: 'Problems', 'No diagnostics': 'No problems' },
  members: {
    data: 'Records: one per event of the batch',
    events: 'Full events of the records',
    meta: 'Delivery, action and destination',
    deliveryId: 'ID of the delivery',
    idempotencyKey: 'Same for every attempt of a delivery',
    action: 'Action: ID and name',
    destination: 'Destination: ID and name',
    time: 'When the delivery was created',
    id: 'ID of the event',
    name: 'Name of the event',
    visitorId: 'ID of the visitor',
    anonymousId: 'Anonymous ID of the visitor',
    sessionId: 'ID of the session',
    occurredAt: 'When it occurred',
    receivedAt: 'When it was received',
    ext: 'Added data',
    session: 'Session data',
    source: 'Its collector',
  },
} as const;
