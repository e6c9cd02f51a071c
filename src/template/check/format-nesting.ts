import type { Tag } from '../parse/scanner.ts';

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
export function nesting(text: string, tag: Tag, base: string): (first: number) => string {
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
