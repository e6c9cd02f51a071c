import type { Rendered } from '../../contract/records/rendered.ts';
import type { RenderOutcome } from '../../sandbox/sandbox.ts';
import { decodeOutput, NOT_OURS, type RenderOutput } from '../../template/compile/program.ts';

/** The result of rendering: the parts of a request, or why there are none. */
export type Rendering =
  | { kind: 'rendered'; rendered: Rendered }
  | { kind: 'skipped'; reason: string }
  | FailedRendering;

export type FailedRendering = { kind: 'failed'; reason: string; line: number | null; column: number | null };

/** Reads what the sandbox has rendered. Parts without tags must be as they are configured. */
export function readRendered(outcome: RenderOutcome, path: string, headers: readonly PlainHeader[]): Rendering {
  if (outcome.kind === 'exceeded') return { kind: 'failed', reason: outcome.message, line: null, column: null };
  // The position of the error is in the program, not in the template.
  if (outcome.kind === 'threw') return { kind: 'failed', reason: outcome.message, line: null, column: null };
  const output = readOutput(outcome.output);
  if (output.kind === 'skipped') return output;
  if (output.kind === 'failed') return inItsPart(output);
  // A template can tamper with the code that writes the result: parts without tags must be as configured.
  const isOurs =
    isAsWritten(path, output.path) &&
    headers.length === output.headers.length &&
    output.headers.every(([name, value], i) => name === headers[i]?.name && isAsWritten(headers[i].value, value));
  if (!isOurs) return { kind: 'failed', reason: NOT_OURS, line: null, column: null };
  return {
    kind: 'rendered',
    rendered: { path: output.path, headers: output.headers, body: output.body, isObject: output.isObject },
  };
}

type PlainHeader = { readonly name: string; readonly value: string };

function isAsWritten(text: string, rendered: string): boolean {
  return text.includes('{{') || text === rendered;
}

/** Lines and columns refer to the template; a failure in another part has the part and its position in the reason. */
function inItsPart({ reason, line, column, in: part }: Extract<RenderOutput, { kind: 'failed' }>): FailedRendering {
  if (part === 'template') return { kind: 'failed', reason, line, column };
  const where = line === null ? part : `${part}, line ${line}, column ${column}`;
  return { kind: 'failed', reason: `${where}: ${reason}`, line: null, column: null };
}

function readOutput(text: string): RenderOutput {
  try {
    return decodeOutput(text);
  } catch (error) {
    // A hostile template can replace its program's output with any text; that counts as its failure.
    return {
      kind: 'failed',
      reason: error instanceof Error ? error.message : String(error),
      line: null,
      column: null,
      in: 'template',
    };
  }
}
