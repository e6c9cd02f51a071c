import { endOfJsonText } from '../contract/repeated-name.ts';

/**
 * Whether a JSON text has more levels, more names in one object, or more values in all, than the bounds; an empty list
 * or object counts as two values. Does not parse: a parser takes half a second for 1 MiB of levels or names and blocks
 * the thread. The result for invalid JSON is arbitrary.
 */
export function exceedsJsonBounds(text: string, bounds: { levels: number; names: number; values: number }): boolean {
  /** The number of names so far in each enclosing object; 0 for lists. */
  const around: number[] = [];
  let names = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case quote:
        i = endOfJsonText(text, i) - 1;
        break;
      case brace:
      case bracket:
        around.push(names);
        names = 0;
        if (around.length > bounds.levels || ++values > bounds.values) return true;
        break;
      case comma:
        if (++values > bounds.values) return true;
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

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const bracket = 0x5b;
const bracketEnd = 0x5d;
const brace = 0x7b;
const braceEnd = 0x7d;
