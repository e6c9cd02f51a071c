/** Problems that forms find in values with a unit or with bounds. */
export const formFields = {
  number: 'Enter a number.',
  duration: 'Enter a number with a unit, e.g. 15 s, 5 min or 2 h.',
  durations: 'Enter durations separated by commas, e.g. 0 s, 5 s, 1 min.',
  size: 'Enter a size with a unit, e.g. 512 KiB or 1 MiB.',
  between: (min: string, max: string) => `Enter a value from ${min} to ${max}.`,
  items: (most: number) => `Enter at most ${most} values.`,
} as const;
