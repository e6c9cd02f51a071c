import { isFilter, nearestFilter } from '../check/reference.ts';
import { parseArguments, parseExpression, parseStatements } from './javascript.ts';
import { TemplateError } from './position.ts';
import type { Tag } from './scanner.ts';
import type { ScriptToken } from './tag-end.ts';
import {
  bracketed,
  bracketStep,
  type Context,
  type FilterCall,
  isEmpty,
  punctuationOf,
  scriptOf,
  type TemplateNode,
} from './tag-script.ts';

/** Filters nest as calls in the code; this limit keeps within the stack of any parser. */
const filtersMax = 20;

/** Parses a tag that runs statements or inserts a value. Null for an empty one. @throws TemplateError */
export function parseInsertion(tag: Tag, context: Context): TemplateNode | null {
  if (tag.kind === 'statement') {
    return { kind: 'statements', code: parseStatements(scriptOf(tag, tag.contentStart, tag.contentEnd, context)) };
  }
  const bars = topLevelBars(tag.tokens, context.text);
  const expression = scriptOf(tag, tag.contentStart, bars[0]?.start ?? tag.contentEnd, context);
  if (isEmpty(expression)) {
    if (bars[0] !== undefined) throw new TemplateError('A value is missing before this `|`', bars[0].start);
    context.report(tag.start, 'This tag is empty and prints nothing', 'warning');
    return null;
  }
  if (bars.length > filtersMax) throw new TemplateError('Too many filters for one value', tag.start);
  const calls = bars.map((bar, i) => parseFilter(tag, bar, bars[i + 1]?.start ?? tag.contentEnd, context));
  return {
    kind: 'value',
    start: tag.start,
    code: parseExpression(expression),
    isRaw: tag.kind === 'raw' || calls.some(({ name }) => name === 'safe'),
    filters: calls.filter(({ name }) => name !== 'safe'),
  };
}

/** The single `|` tokens outside of all brackets; `||` and `|=` are other tokens. */
function topLevelBars(tokens: ScriptToken[], text: string): ScriptToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    depth += bracketStep(token, text);
    return depth === 0 && punctuationOf(token, text) === '|';
  });
}

/** Parses the filter after the `|` at `bar`. */
function parseFilter(tag: Tag, bar: ScriptToken, end: number, context: Context): FilterCall {
  const word = (token: ScriptToken) => context.text.slice(token.start, token.end);
  const tokens = scriptOf(tag, bar.end, end, context).tokens.filter((token) => token.kind !== 'comment');
  if (punctuationOf(tokens.at(-1), context.text) === ';') tokens.pop();
  const [first, open] = tokens;
  if (first === undefined) throw new TemplateError('The name of a filter is missing after this `|`', bar.start);
  const name = word(first);
  if (!isFilter(name)) {
    if (first.kind === 'name' || first.kind === 'keyword')
      throw new TemplateError(`There is no filter \`${name}\`. ${nearestFilter(name)}`, first.start);
    throw new TemplateError('`|` applies a filter. For a bitwise or, put brackets around it: `(a | b)`', bar.start);
  }
  if (open === undefined) return { name, start: first.start, args: null };
  if (word(open) !== '(') throw new TemplateError(`\`${word(open)}\` does not belong after a filter`, open.start);
  const { script, next } = bracketed(tag, tokens, 1, end, context);
  const extra = tokens[next];
  if (extra !== undefined) throw new TemplateError(`\`${word(extra)}\` does not belong after a filter`, extra.start);
  return { name, start: first.start, args: isEmpty(script) ? null : parseArguments(script) };
}
