/** Words of the choice of an event to try something on. */
export const eventPicker = {
  label: 'Event',
  event: (name: string, when: string) => `${name} · ${when}`,
  noName: '(no name)',
  matched: 'Went through this destination',
  recent: 'Recent events',
  made: 'Others',
  sample: 'A sample event',
  sampleText: 'Made up: somebody puts a product into the cart.',
  noEvents: 'No event has come in yet, so this is a made-up one: somebody puts a product into the cart.',
  paste: 'Paste an event …',
  pasteLabel: 'The event as JSON',
  pasteHint: 'As your site sends it, or as the Events page copies it.',
  refresh: 'Look for newer events',
  broken: {
    empty: 'Paste an event first.',
    json: 'This is not JSON yet.',
    shape: 'An event is a JSON object: {"name": "value"}.',
  },
} as const;
