const units = [
  ['GiB', 1_073_741_824],
  ['MiB', 1_048_576],
  ['KiB', 1_024],
  ['B', 1],
] as const;

/** A size as people type it, in its largest whole unit: `1 MiB`, `1500 B`. */
export function sizeText(bytes: number): string {
  const [unit, size] = units.find(([, one]) => bytes % one === 0 && bytes > 0) ?? ['B', 1];
  return `${bytes / size} ${unit}`;
}

/** Reads it back, in bytes; a bare number is bytes, and `MB` or `M` means MiB. null: not a size. */
export function sizeOf(text: string): number | null {
  const [, number = '', letter = ''] = /^(\d+(?:[.,]\d+)?)\s*([kmg]?)i?b?$/i.exec(text.trim()) ?? [];
  if (number === '') return null;
  const size = units.find(([unit]) => unit[0] === (letter.toUpperCase() || 'B'))?.[1] ?? 1;
  return Math.round(Number(number.replace(',', '.')) * size);
}
