import type { Script } from './javascript.ts';
import { type Locate, TemplateError } from './position.ts';
import { type Bracket, type Budget, findTagEnd, newBudget, type ScriptToken } from './tag-end.ts';

/** A tag of the template. All numbers are offsets in its text. */
export type Tag = {
  /** `{{! }}`, `{{ }}`, `{{* }}`, `{{@if}}`, `{{#else}}`, `{{/if}}`. */
  kind: 'statement' | 'value' | 'raw' | 'open' | 'branch' | 'close';
  start: number;
  end: number;
  /** The content without the tag's marks, white-space control and prefix. */
  contentStart: number;
  contentEnd: number;
  /** The content's JavaScript tokens, comments included. */
  tokens: ScriptToken[];
  /**
   * White-space control: `_` removes all white space next to the tag, `-` one newline. After a tag that inserts no
   * value, none removes one newline.
   */
  trimBefore: '' | '_' | '-';
  trimAfter: '' | '_' | '-';
};

/** Whether a tag inserts a value: `{{ }}` or `{{* }}`. */
export const isValue = ({ kind }: Tag): boolean => kind === 'value' || kind === 'raw';

export type Piece = { kind: 'text'; start: number; end: number } | Tag;

/**
 * Splits a template into text and tags, in time linear in its length. Stops at an unclosed tag: the pieces before it
 * are returned with the error.
 */
export function scan(text: string): { pieces: Piece[]; error: TemplateError | null } {
  const pieces: Piece[] = [];
  const budget = newBudget();
  let at = 0;
  let tags = 0;
  for (;;) {
    const start = text.indexOf('{{', at);
    if (start !== at && at < text.length)
      pieces.push({ kind: 'text', start: at, end: start < 0 ? text.length : start });
    if (start < 0) return { pieces, error: null };
    try {
      if (++tags > tagsMax) throw new TemplateError('Too many tags for one template', start);
      const tag = scanTag(text, start, budget);
      pieces.push(tag);
      at = tag.end;
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { pieces, error };
    }
  }
}

/** Each tag takes a parser: this number is more than people write, and still fast. */
const tagsMax = 5_000;

const OPENING = /\{\{([-_])?\s*([@#*/!])?/y;
// The text after the `/` of a closing tag; anything else after `{{ /` is a regular expression.
const CLOSING_NAME = /\s*(?:(?:if|each|foreach)\b|(?:[A-Za-z_$][\w$]*\s*)?-?\}\})/y;
const KINDS = { '!': 'statement', '': 'value', '*': 'raw', '@': 'open', '#': 'branch', '/': 'close' } as const;

function scanTag(text: string, start: number, budget: Budget): Tag {
  OPENING.lastIndex = start;
  const opening = OPENING.exec(text);
  const prefix = (opening?.[2] ?? '') as keyof typeof KINDS; // the pattern matches nothing else
  let contentStart = OPENING.lastIndex;
  let kind: Tag['kind'] = KINDS[prefix];
  if (kind === 'close') {
    CLOSING_NAME.lastIndex = contentStart;
    if (!CLOSING_NAME.test(text)) {
      kind = 'value';
      contentStart--;
    }
  }
  const form = kind === 'statement' ? 'statements' : 'expression';
  const { close, tokens, open } = findTagEnd(text, contentStart, form, budget);
  if (close === null) throw new TemplateError(unclosedTag(text, open), start);
  const place = { start, end: close + 2, contentStart, contentEnd: close };
  const tag: Tag = { kind, ...place, tokens, trimBefore: trimMark(opening?.[1]), trimAfter: '' };
  takeClosingMark(text, tag);
  return tag;
}

/** A `_` or `-` directly before `}}` is white-space control, even right after a name; `--` is left to JavaScript. */
function takeClosingMark(text: string, tag: Tag): void {
  const mark = tag.contentEnd > tag.contentStart ? trimMark(text[tag.contentEnd - 1]) : '';
  const last = tag.tokens.at(-1);
  if (mark === '' || last === undefined || text.slice(last.start, last.end).endsWith('--')) return;
  tag.trimAfter = mark;
  tag.contentEnd--;
  if (last.start >= tag.contentEnd) tag.tokens.pop();
  else if (last.end > tag.contentEnd) last.end = tag.contentEnd;
}

function trimMark(mark: string | undefined): Tag['trimAfter'] {
  return mark === '_' || mark === '-' ? mark : '';
}

function unclosedTag(text: string, open: Bracket | undefined): string {
  if (open === undefined) return 'This tag is not closed: its `}}` is missing';
  const line = text.slice(0, open.start).split(/\r\n|\n|\r/).length;
  return `\`${open.text}\` from line ${line} is still open, so this tag never ends`;
}

/** The tokens of a text that is entirely JavaScript, such as the expression of a field mapping. @throws TemplateError */
export function scanExpression(text: string, locate: Locate): Script {
  const { close, tokens, open } = findTagEnd(`${text}\n}}`, 0, 'expression');
  if (close === null) {
    const line = open === undefined ? 1 : locate(open.start).line;
    throw new TemplateError(`\`${open?.text ?? '{'}\` from line ${line} is still open`, text.length);
  }
  if (close !== text.length + 1) throw new TemplateError('This `}` closes nothing', close);
  return { text, start: 0, end: text.length, tokens, locate };
}
