import { counted, formatPercent } from '../format.ts';

/** Words of the template editor. */
export const editor = {
  notSeen: (name: string, events: number) =>
    `\`${name}\` was not seen in the last ${counted(events, { one: 'event', other: 'events' })}.`,
  neverSeen: (name: string) => `\`${name}\` was not seen on any event yet.`,
  notMapped: (name: string, action: string) => `\`${name}\` is no field of the mapping in “${action}”.`,
  didYouMean: (name: string) => `Did you mean \`${name}\`?`,
  dropped: (key: string) => `Without a value, the key \`${key}\` is left out of the JSON.`,
  dotted: (name: string, path: string) => `\`${name}\` is one name, and a dot would cut it: write \`${path}\`.`,
  use: (text: string) => `Use ${text}`,
  seen: (share: number) => `seen ${formatPercent(share)}`,
  example: (value: string) => `Example: ${value}`,
  completions: 'Completions',
  phrases: {
    Completions: 'Completions',
    Diagnostics: 'Problems',
    'No diagnostics': 'No problems',
  },
  members: {
    data: 'The records: one per event of the batch',
    events: 'The whole events behind the records',
    meta: 'Delivery, action and destination',
    deliveryId: 'Id of the delivery',
    idempotencyKey: 'The same for every attempt of a delivery',
    action: 'The action: id and name',
    destination: 'The destination: id and name',
    time: 'When the delivery was made',
    id: 'Id of the event',
    name: 'Name of the event',
    visitorId: 'Who did it',
    sessionId: 'In which visit',
    occurredAt: 'When it happened',
    receivedAt: 'When it came in',
    ext: 'What was added to it',
    session: 'What is known of the visit',
    source: 'Through which collector it came',
  },
} as const;
