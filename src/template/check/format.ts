import { scan, type Tag } from '../parse/scanner.ts';
import { nesting } from './format-nesting.ts';

/** A piece of the text to replace. */
type Edit = { from: number; to: number; insert: string };

/**
 * Formats a template's JavaScript: each line of a tag is indented by its nesting depth, and trailing white space is
 * removed. Only white space between JavaScript tokens changes, and no line is joined or split, so the template
 * renders the same and its errors stay on their lines (except for code that prints the source of its own functions).
 * The text around tags, quoted text, text in backticks and block comments stay unchanged; so does a template with an
 * unclosed tag.
 *
 * @returns edits in the order of the text, none of which overlap
 */
export function formatTemplate(text: string): Edit[] {
  const { pieces, error } = scan(text);
  if (error !== null) return [];
  const edits: Edit[] = [];
  // When a line begins in one tag and continues in another, the other follows the new indentation.
  let last = { start: -1, indent: '' };
  for (const piece of pieces) {
    if (piece.kind === 'text') continue;
    const lineStart = Math.max(text.lastIndexOf('\n', piece.start - 1), text.lastIndexOf('\r', piece.start - 1)) + 1;
    const base = lineStart === last.start ? last.indent : blanksAt(text, lineStart, piece.start);
    last = formatTag(text, piece, base, edits) ?? last;
  }
  return edits;
}

/** Writes the edits of one tag; returns its last line. */
function formatTag(text: string, tag: Tag, base: string, edits: Edit[]): { start: number; indent: string } | null {
  const nest = nesting(text, tag, base);
  let last: { start: number; indent: string } | null = null;
  let lineStart = tag.start;
  for (const { index, 0: lineEnd } of text.slice(tag.start, tag.end).matchAll(/\r\n|\n|\r/g)) {
    const end = tag.start + index;
    removeTrailing(text, tag, lineStart, end, edits);
    lineStart = end + lineEnd.length;
    const blanks = blanksAt(text, lineStart, tag.end);
    const first = lineStart + blanks.length;
    const isBlank = text[first] === '\n' || text[first] === '\r';
    if (isBlank || isKept(tag, lineStart)) continue;
    const indent = nest(first);
    if (indent !== blanks) edits.push({ from: lineStart, to: first, insert: indent });
    last = { start: lineStart, indent };
  }
  return last;
}

function removeTrailing(text: string, tag: Tag, lineStart: number, end: number, edits: Edit[]): void {
  let from = end;
  while (from > lineStart && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--;
  if (from < end && !isKept(tag, end) && !isKept(tag, from + 1)) edits.push({ from, to: end, insert: '' });
}

function blanksAt(text: string, from: number, most: number): string {
  let to = from;
  while (to < most && (text[to] === ' ' || text[to] === '\t')) to++;
  return text.slice(from, to);
}

/** Whether a place is in or at the end of a token in which white space is significant. */
function isKept({ tokens }: Tag, place: number): boolean {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  const token = tokens[low - 1];
  return token !== undefined && place <= token.end && (token.kind === 'string' || token.kind === 'comment');
}
