const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** A duration in its largest whole unit: "3 days", "1 hour", "0 minutes". */
export function durationText(ms: number): string {
  const [name, unitMs] = units.find(([, unit]) => ms >= unit) ?? ['minute', 60_000];
  const count = Math.floor(ms / unitMs);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
