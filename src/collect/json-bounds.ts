/**
 * Whether a JSON text has more than so many levels, or more than so many names in one object. Told without parsing:
 * the parser takes half a second for a mebibyte of either, while everybody waits. Of a text that is no JSON it may tell
 * anything.
 */
export function exceedsJsonBounds(text: string, bounds: { levels: number; names: number }): boolean {
  /** How many names each object around has; lists have none. */
  const around: number[] = [];
  let names = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = endOfJsonText(text, i) - 1;
        break;
      case brace:
      case bracket:
        around.push(names);
        names = 0;
        if (around.length > bounds.levels) return true;
        break;
      case braceEnd:
      case bracketEnd:
        names = around.pop() ?? 0;
        break;
      case colon:
        names += 1;
        if (names > bounds.names) return true;
    }
  }
  return false;
}

/** Behind the closing quote of the text that begins at a quote; the end of all when it is not closed. */
export function endOfJsonText(json: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = json.indexOf('"', at);
    if (at === -1) return json.length;
    let slashes = 0;
    while (json.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

const quote = 0x22;
const colon = 0x3a;
const bracket = 0x5b;
const backslash = 0x5c;
const bracketEnd = 0x5d;
const brace = 0x7b;
const braceEnd = 0x7d;
