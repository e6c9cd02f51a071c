/** Names are the same when they differ in case or in Unicode composition only. */
export function foldName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
