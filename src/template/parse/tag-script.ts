import type { Script, Tree } from './javascript.ts';
import type { Locate } from './position.ts';
import type { Tag } from './scanner.ts';
import type { ScriptToken } from './tag-end.ts';

/** JavaScript of the template: its place, and its tree for analysis. Offsets count in the template. */
export type Code = { start: number; end: number; tree: Tree };

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

/** Parses with the given function and returns the result with its place. @throws TemplateError */
export function codeOf(script: Script, parse: (script: Script) => Tree): Code {
  return { start: script.start, end: script.end, tree: parse(script) };
}

export function isEmpty(script: Script): boolean {
  return script.tokens.every((token) => token.kind === 'comment');
}

/** +1 for a token that opens a bracket, -1 for one that closes one, else 0. */
export function bracketStep(token: ScriptToken, text: string): number {
  if (token.kind !== 'punctuation') return 0;
  const sign = text.slice(token.start, token.end);
  if (sign === '(' || sign === '[' || sign === '{' || sign === '${') return 1;
  return sign === ')' || sign === ']' || sign === '}' ? -1 : 0;
}

/** Index of the bracket that closes the one at `from`; -1 when none does. */
export function closingIndex(tokens: ScriptToken[], from: number, text: string): number {
  let depth = 0;
  return tokens.findIndex((token, index) => {
    if (index < from) return false;
    depth += bracketStep(token, text);
    return depth === 0;
  });
}
