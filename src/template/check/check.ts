import { compileTemplate } from '../compile/compile.ts';
import { type Escape, escapeFor } from '../compile/escape.ts';
import type { Problem } from '../parse/position.ts';
import { scan } from '../parse/scanner.ts';

/** All findings about a template, in the order of its text. It compiles when none of them is an error. */
export function checkTemplate(
  text: string,
  options: { contentType?: string; escape?: 'auto' | Escape } = {},
): Problem[] {
  const mode = escapeFor(options.contentType ?? 'application/json', options.escape ?? 'auto');
  const compiled = compileTemplate(text, { escape: mode });
  return compiled.ok ? compiled.warnings : compiled.problems;
}

/** A token for syntax highlighting: offsets in the template. Text between tokens is the template's own text. */
export type TemplateToken = {
  kind: 'tag' | 'keyword' | 'name' | 'string' | 'number' | 'regex' | 'punctuation' | 'comment';
  start: number;
  end: number;
};

/** The tokens of a template in order. Stops before an unclosed tag. Linear in the text's length. */
export function templateTokens(text: string): TemplateToken[] {
  return scan(text).pieces.flatMap((piece): TemplateToken[] => {
    if (piece.kind === 'text') return [];
    const { start, contentStart, contentEnd, end, tokens } = piece;
    return [{ kind: 'tag', start, end: contentStart }, ...tokens, { kind: 'tag', start: contentEnd, end }];
  });
}
