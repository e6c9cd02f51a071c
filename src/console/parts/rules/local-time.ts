/** A stored time as a field for local date and time holds it; null when it is written in another way (Unix time). */
export function localTimeOf(text: string): string | null {
  if (text === '') return '';
  if (!/^\d{4}-\d\d-\d\d[Tt ]/.test(text)) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return null;
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The RFC 3339 time in UTC that a local date and time means. */
export function timeOfLocal(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().replace('.000Z', 'Z');
}
