/** Words of the event picker. */
export const eventPicker = {
  event: (parts: readonly string[]) => parts.join(' · '),
  found: 'Found',
  chosen: 'Chosen sample',
  matching: 'Matching the rules',
  searchHint: 'Event ID, name or visitor',
  notFound: 'No event has this ID, name or visitor.',
  matched: 'Delivered to this destination',
  recent: 'Recent events',
  made: 'Other',
  sample: 'Sample event',
  sampleText: 'Sample data: a visitor adds a product to the cart.',
  noEvents: 'No events yet, so this is sample data: a visitor adds a product to the cart.',
  paste: 'Paste an event …',
  pasteLabel: 'Event as JSON',
  pasteHint: 'As your site sends it, or copied from Events.',
  refresh: 'Refresh events',
  broken: {
    empty: 'Paste an event first.',
    json: 'This isn’t valid JSON yet.',
    shape: 'Enter a JSON object: {"name": "value"}.',
  },
} as const;
