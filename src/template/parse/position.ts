/** A place in a text: line and column count from 1, columns in UTF-16 code units. */
type Position = { line: number; column: number };

/** One finding about a template. With an error the template does not compile; with a warning it does. */
export type Problem = Position & { message: string; severity: 'error' | 'warning' };

/** Converts offsets of one text to positions. Lines end at `\n`, `\r\n` or `\r`. */
export type Locate = (offset: number) => Position;

/** Reads the text once; each lookup afterwards is a binary search. */
export function locator(text: string): Locate {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

/** Thrown inside the scanner, parser and compiler at an offset of the template; never leaves this folder. */
export class TemplateError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
