import { isFilter, nearestFilter } from '../check/reference.ts';
import { parseArguments, parseExpression, parseStatements, type Script } from './javascript.ts';
import { TemplateError } from './position.ts';
import type { Tag } from './scanner.ts';
import type { ScriptToken } from './tag-end.ts';
import {
  bracketStep,
  type Context,
  closingIndex,
  codeOf,
  type FilterCall,
  isEmpty,
  scriptOf,
  type TemplateNode,
} from './tag-script.ts';

/** Filters nest as calls in the code; this limit keeps within the stack of any parser. */
const FILTERS_MAX = 20;

/** Parses a tag that runs statements or inserts a value. Null for an empty one. @throws TemplateError */
export function parseInsertion(tag: Tag, context: Context): TemplateNode | null {
  if (tag.kind === 'statement') {
    return {
      kind: 'statements',
      code: codeOf(scriptOf(tag, tag.contentStart, tag.contentEnd, context), parseStatements),
    };
  }
  const bars = topLevelBars(tag.tokens, context.text);
  const expression = scriptOf(tag, tag.contentStart, bars[0]?.start ?? tag.contentEnd, context);
  if (isEmpty(expression)) {
    if (bars[0] !== undefined) throw new TemplateError('A value is missing before this `|`', bars[0].start);
    context.report(tag.start, 'This tag is empty and prints nothing', 'warning');
    return null;
  }
  if (bars.length > FILTERS_MAX) throw new TemplateError('Too many filters for one value', tag.start);
  const calls = bars.map((bar, index) => {
    const end = bars[index + 1]?.start ?? tag.contentEnd;
    return parseFilter(scriptOf(tag, bar.end, end, context), bar.start);
  });
  return {
    kind: 'value',
    start: tag.start,
    code: codeOf(expression, parseExpression),
    isRaw: tag.kind === 'raw' || calls.some(({ name }) => name === 'safe'),
    filters: calls.filter(({ name }) => name !== 'safe'),
  };
}

/** The single `|` tokens outside of all brackets; `||` and `|=` are other tokens. */
function topLevelBars(tokens: ScriptToken[], text: string): ScriptToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    depth += bracketStep(token, text);
    return depth === 0 && token.kind === 'punctuation' && text.slice(token.start, token.end) === '|';
  });
}

function parseFilter(script: Script, bar: number): FilterCall {
  const { text } = script;
  const word = (token: ScriptToken) => text.slice(token.start, token.end);
  const tokens = script.tokens.filter((token) => token.kind !== 'comment');
  const final = tokens.at(-1);
  if (final !== undefined && word(final) === ';') tokens.pop();
  const [first, open] = tokens;
  if (first === undefined) throw new TemplateError('The name of a filter is missing after this `|`', bar);
  const name = word(first);
  if (!isFilter(name)) {
    if (first.kind === 'name' || first.kind === 'keyword') {
      throw new TemplateError(`There is no filter \`${name}\`. ${nearestFilter(name)}`, first.start);
    }
    throw new TemplateError('`|` applies a filter. For a bitwise or, put brackets around it: `(a | b)`', bar);
  }
  if (open === undefined) return { name, start: first.start, args: null };
  if (word(open) !== '(') throw new TemplateError(`\`${word(open)}\` does not belong after a filter`, open.start);
  const close = closingIndex(tokens, 1, text);
  const last = tokens[close];
  if (last === undefined) {
    throw new TemplateError(`\`(\` from line ${script.locate(open.start).line} is still open`, script.end);
  }
  const extra = tokens[close + 1];
  if (extra !== undefined) throw new TemplateError(`\`${word(extra)}\` does not belong after a filter`, extra.start);
  const inner = script.tokens.filter((token) => token.start >= open.end && token.end <= last.start);
  const args: Script = { ...script, start: open.end, end: last.start, tokens: inner };
  return { name, start: first.start, args: isEmpty(args) ? null : codeOf(args, parseArguments) };
}
