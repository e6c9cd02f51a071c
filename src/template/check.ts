import { compileTemplate } from './compile.ts';
import { type Escape, escapeFor } from './escape.ts';
import type { Problem } from './position.ts';
import { scan } from './scanner.ts';

/** Everything to say about a template, in the order of its text. It compiles when none of it is an error. */
export function checkTemplate(
  text: string,
  options: { contentType?: string; escape?: 'auto' | Escape } = {},
): Problem[] {
  const mode = escapeFor(options.contentType ?? 'application/json', options.escape ?? 'auto');
  const compiled = compileTemplate(text, { escape: mode });
  return compiled.ok ? compiled.warnings : compiled.problems;
}

/** A token for an editor's colours: offsets in the template. Text between tokens is the template's own text. */
export type TemplateToken = {
  kind: 'tag' | 'keyword' | 'name' | 'string' | 'number' | 'regex' | 'punctuation' | 'comment';
  start: number;
  end: number;
};

/** The tokens of a template in order. Stops before a tag that does not end. Linear in the text's length. */
export function templateTokens(text: string): TemplateToken[] {
  const tokens: TemplateToken[] = [];
  for (const piece of scan(text).pieces) {
    if (piece.kind === 'text') continue;
    tokens.push({ kind: 'tag', start: piece.start, end: piece.contentStart });
    tokens.push(...piece.tokens);
    tokens.push({ kind: 'tag', start: piece.contentEnd, end: piece.end });
  }
  return tokens;
}
