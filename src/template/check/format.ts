import { scan, type Tag } from '../parse/scanner.ts';

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

/** An open bracket: the indentation of its line, its kind of content, and the word before it. */
type Open = { sign: string; indent: string; holds: 'statements' | 'cases' | 'values'; before: string };

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const OPENERS = words('( [ { ${');
const CLOSERS = words(') ] }');
/** A `{` after one of these is an object, not a block. */
const BEFORE_VALUES = words('( [ , = : ? && || ?? return ... ${ const let var of in +=');
/** A line that ends with one of these continues on the next one. */
const GOES_ON_AFTER = words(
  '= += -= *= /= %= **= &&= ||= ??= + - * / % ** && || ?? ? : => . ?. ! < > <= >= == === != !== & | ^ else',
);
/** A line that begins with one of these continues the one before. */
const GOES_ON_WITH = words('. ?. ? : && || ?? + - * / % ** = => < > <= >= == === != !== & | ^ in instanceof');
/** The same inside of a list's brackets, where lines below each other are separate items. */
const GOES_ON_IN_LIST = words('. ?. ? :');
const HEADS = words('if for while with');

/**
 * Computes the indentation of the lines of a tag.
 *
 * @param base the indentation of the line on which the tag begins
 * @returns a function to call for each line, in order, with the offset of its first character that is not white space
 */
function nesting(text: string, tag: Tag, base: string): (first: number) => string {
  const unit = base.includes('\t') ? '\t' : '  ';
  const tokens = tag.tokens.filter(({ kind }) => kind !== 'comment');
  const sign = (index: number) => text.slice(tokens[index]?.start ?? 0, tokens[index]?.end ?? 0);
  const isPunctuation = (index: number) => tokens[index]?.kind === 'punctuation' || tokens[index]?.kind === 'keyword';
  const open: Open[] = [];
  let next = 0;
  let indent = base;
  /** The word before the brackets that the last token closed, such as `if`. */
  let head = '';

  function take() {
    const token = sign(next);
    const before = next > 0 ? sign(next - 1) : '';
    const isBracket = isPunctuation(next);
    if (isBracket && OPENERS.has(token)) {
      const isValue = token !== '{' || BEFORE_VALUES.has(before) || (next === 0 && tag.kind !== 'statement');
      const holds = isValue ? 'values' : head === 'switch' ? 'cases' : 'statements';
      open.push({ sign: token, indent, holds, before });
    }
    const closed = isBracket && CLOSERS.has(token) ? open.pop() : undefined;
    head = closed?.sign === '(' ? closed.before : '';
    next++;
  }

  function goesOn(index: number): boolean {
    if (index >= tokens.length || index === 0) return false;
    const top = open.at(-1);
    const first = isPunctuation(index) ? sign(index) : '';
    if (top?.sign === '(' || top?.sign === '[') return GOES_ON_IN_LIST.has(first);
    if (top === undefined && tag.kind !== 'statement') return false;
    const last = isPunctuation(index - 1) ? sign(index - 1) : '';
    if (HEADS.has(head) || last === 'else') return first !== '{' && first !== 'if';
    if (last === ',') return top?.holds !== 'values';
    if (last === ':' && top?.holds === 'cases') return false;
    if (last === ';' || last === '{' || last === '}') return GOES_ON_IN_LIST.has(first);
    return GOES_ON_AFTER.has(last) || GOES_ON_WITH.has(first);
  }

  function indentAt(first: number): string {
    if (first >= tag.contentEnd) return base;
    let closers = 0;
    while (isPunctuation(next + closers) && CLOSERS.has(sign(next + closers)) && isOnLine(next + closers, first))
      closers++;
    if (closers > 0) return open.at(-closers)?.indent ?? base;
    const top = open.at(-1);
    const inner = (top?.indent ?? base) + unit;
    const isCase = top?.holds === 'cases' && !['case', 'default'].includes(sign(next));
    return inner + (isCase ? unit : '') + (goesOn(next) ? unit : '');
  }

  function isOnLine(index: number, first: number): boolean {
    const { start = 0 } = tokens[index] ?? {};
    return !/[\n\r]/.test(text.slice(first, start));
  }

  return (first) => {
    while (next < tokens.length && (tokens[next]?.start ?? 0) < first) take();
    indent = indentAt(first);
    return indent;
  };
}
