const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A length of time as people type it, in its largest whole unit: `5 min`, `1500 ms`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0 s';
  const [unit, size] = units.find(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}

const spelled: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** Reads it back, in ms; a bare number is seconds. null: not a length of time. */
export function durationOf(text: string): number | null {
  const [, number = '', word = ''] = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (number === '') return null;
  const unit = word === '' ? 's' : word.toLowerCase();
  const size = spelled[unit] ?? spelled[unit.replace(/s$/, '')];
  return size === undefined ? null : Math.round(Number(number.replace(',', '.')) * size);
}

/** A list of lengths of time between commas; null when one of them is none. */
export function durationsOf(text: string): number[] | null {
  const read = text
    .split(/[,;\n]/)
    .filter((one) => one.trim() !== '')
    .map(durationOf);
  return read.includes(null) ? null : (read as number[]); // just seen to hold none
}
