import type { Code, Script } from './javascript.ts';
import { type Locate, TemplateError } from './position.ts';
import type { Tag } from './scanner.ts';
import type { ScriptToken } from './tag-end.ts';

/** A node of a template. Offsets count in its text. */
export type TemplateNode =
  | { kind: 'text'; value: string }
  | { kind: 'statements'; code: Code }
  | { kind: 'value'; start: number; code: Code; isRaw: boolean; filters: FilterCall[] }
  | { kind: 'if'; branches: { condition: Code | null; body: TemplateNode[] }[] }
  | { kind: 'each' | 'foreach'; list: Code; parameters: Code | null; body: TemplateNode[] };

/** A filter call; `args` is the code between its brackets. */
export type FilterCall = { name: string; start: number; args: Code | null };

/** One finding at an offset. */
export type Finding = { offset: number; message: string; severity: 'error' | 'warning' };

/** The inputs of parsing a tag: the template, and the list for findings that do not stop the parsing. */
export type Context = {
  text: string;
  locate: Locate;
  report(offset: number, message: string, severity?: Finding['severity']): void;
};

/** The part of a tag's content between two offsets. */
export function scriptOf(tag: Tag, start: number, end: number, { text, locate }: Context): Script {
  const tokens = tag.tokens.filter((token) => token.start >= start && token.end <= end);
  return { text, start, end, tokens, locate };
}

export function isEmpty(script: Script): boolean {
  return script.tokens.every((token) => token.kind === 'comment');
}

/** The text of a punctuation token; empty for others. */
export function punctuationOf(token: ScriptToken | undefined, text: string): string {
  return token?.kind === 'punctuation' ? text.slice(token.start, token.end) : '';
}

/** +1 for a token that opens a bracket, -1 for one that closes one, else 0. */
export function bracketStep(token: ScriptToken, text: string): number {
  const mark = punctuationOf(token, text);
  if (mark === '(' || mark === '[' || mark === '{' || mark === '${') return 1;
  return mark === ')' || mark === ']' || mark === '}' ? -1 : 0;
}

/** The script in the brackets that open at `tokens[at]`, and the index after them. @throws TemplateError */
export function bracketed(tag: Tag, tokens: ScriptToken[], at: number, end: number, context: Context) {
  let depth = 0;
  const close = tokens.findIndex((token, index) => {
    if (index < at) return false;
    depth += bracketStep(token, context.text);
    return depth === 0;
  });
  const [open, last] = [tokens[at], tokens[close]];
  if (open === undefined || last === undefined)
    throw new TemplateError(`\`(\` from line ${context.locate(open?.start ?? 0).line} is still open`, end);
  return { script: scriptOf(tag, open.end, last.start, context), next: close + 1 };
}
