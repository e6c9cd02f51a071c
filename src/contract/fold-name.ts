/** A name without case and Unicode composition. Names with the same result are duplicates. */
export function foldName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
