import { endOfJsonText } from '../../collect/json-bounds.ts';

/**
 * A name that stands twice in one object of a JSON text, null when there is none. Parsers disagree on which of the two
 * counts (RFC 8259 §4), so that what a proxy has checked need not be what is done. The text must be valid JSON.
 */
export function repeatedName(json: string): string | null {
  /** The names so far of each object around; null for a list. */
  const around: (Set<string> | null)[] = [];
  let isNameNext = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '"') {
      const end = endOfJsonText(json, i);
      const names = around.at(-1);
      if (isNameNext && names) {
        const name: string = JSON.parse(json.slice(i, end));
        if (names.has(name)) return name;
        names.add(name);
        isNameNext = false;
      }
      i = end - 1;
    } else if (character === '{') {
      around.push(new Set());
      isNameNext = true;
    } else if (character === '[') {
      around.push(null);
      isNameNext = false;
    } else if (character === '}' || character === ']') {
      around.pop();
      isNameNext = false;
    } else if (character === ',') isNameNext = true;
  }
  return null;
}
