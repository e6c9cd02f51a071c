import { type Code, parseExpression, parseParameters, type Script } from './javascript.ts';
import { TemplateError } from './position.ts';
import type { Tag } from './scanner.ts';
import { bracketed, type Context, isEmpty, punctuationOf, scriptOf, type TemplateNode } from './tag-script.ts';

/** An open block. */
export type Block = {
  name: string;
  start: number;
  /** Null when its head has a mistake; its content is checked all the same. */
  node: TemplateNode | null;
  /** The target of the next nodes: the content, or that of the latest branch. */
  body: TemplateNode[];
  hasElse: boolean;
};

/** Branches nest as `else if` in the code; this limit keeps within the stack of any parser. */
const branchesMax = 100;

/** Opens the block of an `{{@…}}` tag. Mistakes are reported; null when no block can be opened. */
export function openBlock(tag: Tag, context: Context): Block | null {
  const word = /^[\w$]*/.exec(context.text.slice(tag.contentStart, tag.contentEnd))?.[0] ?? '';
  const block: Block = { name: word, start: tag.start, node: null, body: [], hasElse: false };
  try {
    const head = parseHead(tag, context);
    if (!isBlockName(word) || head.name !== word) throw new TemplateError(unknownBlock(head.name, word), tag.start);
    if (head.argument === null) throw new TemplateError(`Brackets are missing: write \`{{@${word}(…)}}\``, tag.start);
    const value = parseExpression(head.argument);
    if (word !== 'if') {
      const parameters = head.parameters === null ? null : parseParameters(head.parameters);
      return { ...block, node: { kind: word, list: value, parameters, body: block.body } };
    }
    if (head.parameters !== null) throw new TemplateError('`{{@if(…)}}` takes no `=>`', head.parameters.start);
    return { ...block, node: { kind: 'if', branches: [{ condition: value, body: block.body }] } };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    context.report(error.offset, error.message);
    return isSelfClosed(tag, context.text) ? null : block;
  }
}

/**
 * Begins the branch of an `{{#…}}` tag in the innermost block, and makes it the block's body. @throws TemplateError
 */
export function addBranch(tag: Tag, block: Block | undefined, context: Context): void {
  const { name, argument } = parseHead(tag, context);
  const mistake = branchMistake(name, argument !== null, block);
  if (mistake !== null || block === undefined) throw new TemplateError(mistake ?? '', tag.start);
  if (block.node?.kind === 'if' && block.node.branches.length === branchesMax) {
    throw new TemplateError('Too many `{{#elif(…)}}` for one `{{@if(…)}}`', tag.start);
  }
  block.hasElse = name === 'else';
  block.body = [];
  const condition: Code | null = argument === null ? null : parseExpression(argument);
  if (block.node?.kind === 'if') block.node.branches.push({ condition, body: block.body });
}

/** Closes the innermost block, or the blocks up to the named one, and reports a name that does not match. */
export function closeBlock(tag: Tag, blocks: Block[], context: Context): void {
  const name = context.text.slice(tag.contentStart, tag.contentEnd).trim();
  const block = blocks.at(-1);
  if (block === undefined) {
    throw new TemplateError(`\`{{/${name}}}\` closes nothing: no block is open here`, tag.start);
  }
  if (block.name !== name) {
    const line = context.locate(block.start).line;
    const message = `\`{{@${block.name}}}\` from line ${line} is still open: write \`{{/${block.name}}}\` before this \`{{/${name}}}\``;
    const isOuter = blocks.some((outer) => outer.name === name);
    context.report(tag.start, isOuter ? message : message.replace(' before this', ' instead of'));
    // When an outer block has that name, the end of the inner one is missing.
    if (isOuter) while (blocks.at(-1)?.name !== name) blocks.pop();
  }
  blocks.pop();
}

function isBlockName(word: string): word is 'if' | 'each' | 'foreach' {
  return word === 'if' || word === 'each' || word === 'foreach';
}

const UNSUPPORTED: Record<string, string> = {
  include: 'Partials are not available: put the text here, or build it in a `{{! }}` tag',
  includeFile: 'Partials are not available: put the text here, or build it in a `{{! }}` tag',
  extends: 'Layouts are not available: put the text here',
  extendsFile: 'Layouts are not available: put the text here',
  block: 'Layouts are not available: put the text here',
  useScope: '`{{@useScope}}` is not available: declare a name with `{{! const name = …; }}`',
  try: '`{{@try}}` is not available: use `try { … } catch { … }` inside of a `{{! }}` tag',
  async: 'Asynchronous tags are not available: templates are synchronous',
  for: 'Write `{{@each(list) => item, index}} … {{/each}}`',
  while: 'Write `{{@each(list) => item, index}} … {{/each}}`',
  unless: 'Write `{{@if(!condition)}} … {{/if}}`',
};

function unknownBlock(name: string, word: string): string {
  if (isBlockName(word)) return `Brackets are missing: write \`{{@${word}(…)}}\``;
  const advice = Object.hasOwn(UNSUPPORTED, word) ? UNSUPPORTED[word] : undefined;
  if (advice !== undefined) return advice;
  return `\`{{@${name}}}\` is unknown. There are \`{{@if(…)}}\`, \`{{@each(…) => item, index}}\` and \`{{@foreach(…) => key, value}}\``;
}

function branchMistake(name: string, hasCondition: boolean, block: Block | undefined): string | null {
  if (name !== 'else' && name !== 'elif') {
    const advice = /^else\s*if\b/.test(name) ? 'Write `{{#elif(…)}}`' : 'There are `{{#elif(…)}}` and `{{#else}}`';
    return `\`{{#${name}}}\` is unknown. ${advice}`;
  }
  if (block?.name !== 'if') return `\`{{#${name}}}\` belongs between \`{{@if(…)}}\` and \`{{/if}}\``;
  if (block.hasElse) return `\`{{#${name}}}\` can't follow \`{{#else}}\``;
  if (name === 'else' && hasCondition) return '`{{#else}}` takes no condition: write `{{#elif(…)}}`';
  return name === 'elif' && !hasCondition ? 'A condition is missing: write `{{#elif(…)}}`' : null;
}

type Head = { name: string; argument: Script | null; parameters: Script | null };

/** Reads `name(argument) => parameters`. @throws TemplateError */
function parseHead(tag: Tag, context: Context): Head {
  const { text } = context;
  const tokens = tag.tokens.filter((token) => token.kind !== 'comment');
  let end = tag.contentEnd;
  if (isSelfClosed(tag, text)) end = tokens.pop()?.start ?? end;
  const first = tokens.findIndex((token) => ['(', '=>'].includes(punctuationOf(token, text)));
  let at = first < 0 ? tokens.length : first;
  const name = text.slice(tag.contentStart, tokens[at]?.start ?? end).trim();
  let argument: Script | null = null;
  if (punctuationOf(tokens[at], text) === '(') {
    const { script, next } = bracketed(tag, tokens, at, tag.contentEnd, context);
    if (isEmpty(script)) throw new TemplateError('A value is missing between these brackets', script.start - 1);
    argument = script;
    at = next;
  }
  const next = tokens[at];
  if (next === undefined) return { name, argument, parameters: null };
  if (punctuationOf(next, text) !== '=>')
    throw new TemplateError(`\`${text.slice(next.start, next.end)}\` does not belong here`, next.start);
  return { name, argument, parameters: scriptOf(tag, next.end, end, context) };
}

/** `{{@name(…) /}}` */
function isSelfClosed(tag: Tag, text: string): boolean {
  return punctuationOf(tag.tokens.at(-1), text) === '/';
}
