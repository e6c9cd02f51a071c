/** Problems that forms find in what was typed. */
export const formFields = {
  needed: 'Enter a value.',
  neededOf: (label: string) => `Enter the ${label}.`,
  url: 'Enter a URL that starts with https:// (or http://).',
  json: 'Enter a JSON object, e.g. {"role": "sender"}.',
  time: 'Enter a time, e.g. 2027-01-31T12:00:00Z.',
  standard: (value: string) => `Default: ${value}.`,
  line: (line: number, text: string) => `Line ${line}: ${text}`,
  twice: 'Duplicate name',
  number: 'Enter a number.',
  duration: 'Enter a number with a unit, e.g. 15 s, 5 min or 2 h.',
  durations: 'Enter durations separated by commas, e.g. 0 s, 5 s, 1 min.',
  size: 'Enter a size with a unit, e.g. 512 KiB or 1 MiB.',
  between: (min: string, max: string) => `Enter a value from ${min} to ${max}.`,
  whole: (min: string, max: string) => `Enter a whole number from ${min} to ${max}.`,
  items: (most: number) => `Enter at most ${most} values.`,
} as const;
