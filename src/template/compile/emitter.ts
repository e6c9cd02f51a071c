/** A part of the template that is verbatim in the generated code. Lines and columns count from 1. */
export type Segment = {
  line: number;
  column: number;
  /** The place of the same text in the template; null: the code was generated and has no place. */
  source: { line: number; column: number } | null;
  /** The code was generated for this one place of the template: columns do not advance. */
  isFixed: boolean;
  /** Number of the tag of this code, as given to tag(). */
  tag: number;
};

/** Generated code with its map: for any place in `code`, the last segment at or before it has its origin. */
export type Emitted = { code: string; segments: Segment[] };

/** Collects generated code and parts of the template, and keeps the map. Linear in the added length. */
export function emitter() {
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
  const addPlaced = (code: string, source: Segment['source'], isFixed: boolean) => {
    segments.push({ line, column, source, isFixed, tag });
    add(code);
    segments.push({ line, column, source: null, isFixed: false, tag });
  };
  return {
    /** Adds generated code; an error in it is reported at `source`. */
    generated(code: string, source?: Segment['source']): void {
      if (source === undefined) add(code);
      else addPlaced(code, source, true);
    },
    /** Sets the tag of the code that is added next. */
    tag(number: number): void {
      tag = number;
    },
    /** Line ends are normalised as in JavaScript, so that all code counts lines in the same way. */
    verbatim: (code: string, source: Segment['source']): void => addPlaced(code.replace(/\r\n?/g, '\n'), source, false),
    finish: (): Emitted => ({ code: parts.join(''), segments }),
  };
}

/** The place in the template of a place in the generated code; null for generated text. */
export function originOf(segments: Segment[], line: number, column: number): Segment['source'] {
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
