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
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}

/** Reads it back, in ms; a bare number is seconds. null: not a length of time. */
export function durationOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h|d)?$/i.exec(text.trim());
  if (match === null) return null;
  const unit = (match[2] ?? 's').toLowerCase();
  const name = unit === 'm' ? 'min' : unit === 'sec' ? 's' : unit;
  return Math.round(Number(match[1]) * (units.find(([one]) => one === name)?.[1] ?? 1_000));
}
