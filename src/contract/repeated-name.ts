/**
 * A name that occurs twice in one object of a JSON text; null when there is none. Parsers disagree on which value
 * counts (RFC 8259 §4), so a proxy might have checked the other one. The text must be valid JSON.
 */
export function repeatedName(json: string): string | null {
  /** The names so far of each enclosing object; null for a list. */
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

/**
 * The index after the closing quote of the JSON string that begins at `start`; the end of the text when it is not
 * closed.
 */
export function endOfJsonText(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = json.indexOf('"', at);
    if (at === -1) return json.length;
    let slashes = 0;
    while (json.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

const backslash = 0x5c;
