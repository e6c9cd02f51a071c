/** A piece of the template that stands verbatim in generated code. Lines and columns count from 1. */
export type Segment = {
  line: number;
  column: number;
  /** Where the same text begins in the template; null: what follows was generated and stands for nothing. */
  source: { line: number; column: number } | null;
  /** What follows was generated for this one place of the template: columns do not advance. */
  isFixed: boolean;
  /** Number of the tag that it belongs to, as given to tag(). */
  tag: number;
};

/** Generated code with its map: for any place in `code`, the last segment at or before it says where it came from. */
export type Emitted = { code: string; segments: Segment[] };

/** Collects generated code and pieces of the template, keeping the map. Time linear in what is added. */
export function emitter(): {
  /** Adds code of our own; `source` is the place that an error in it is blamed on. */
  generated(code: string, source?: { line: number; column: number }): void;
  /** Says which tag what follows belongs to. */
  tag(number: number): void;
  verbatim(code: string, source: { line: number; column: number }): void;
  finish(): Emitted;
} {
  const parts: string[] = [];
  const segments: Segment[] = [];
  let line = 1;
  let column = 1;
  let tag = 0;
  const add = (code: string) => {
    parts.push(code);
    const lastBreak = code.lastIndexOf('\n');
    if (lastBreak < 0) {
      column += code.length;
      return;
    }
    for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) line++;
    column = code.length - lastBreak;
  };
  return {
    generated(code, source) {
      if (source !== undefined) segments.push({ line, column, source, isFixed: true, tag });
      add(code);
      if (source !== undefined) segments.push({ line, column, source: null, isFixed: false, tag });
    },
    tag(number) {
      tag = number;
    },
    verbatim(code, source) {
      segments.push({ line, column, source, isFixed: false, tag });
      // Line ends as JavaScript reads them, so that lines can be counted alike everywhere.
      add(code.replace(/\r\n?/g, '\n'));
      segments.push({ line, column, source: null, isFixed: false, tag });
    },
    finish: () => ({ code: parts.join(''), segments }),
  };
}

/** Where a place of the generated code came from; null for generated text. */
export function originOf(segments: Segment[], line: number, column: number): { line: number; column: number } | null {
  let found: Segment | null = null;
  for (const segment of segments) {
    if (segment.line > line || (segment.line === line && segment.column > column)) break;
    found = segment;
  }
  if (found === null || found.source === null) return null;
  if (found.isFixed) return found.source;
  const below = line - found.line;
  return {
    line: found.source.line + below,
    column: below === 0 ? found.source.column + column - found.column : column,
  };
}
