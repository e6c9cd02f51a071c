/** The result of a render. Lines and columns count from 1 in the text of the part that `in` names. */
export type RenderOutput =
  | { kind: 'body'; body: string; isObject: boolean; path: string; headers: [name: string, value: string][] }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; reason: string; line: number | null; column: number | null; in: string };

/**
 * Parses the result of a program's `__render`: a line of JSON, then the unchanged body, which saves escaping it. Lone
 * surrogates, which UTF-8 can't encode, become U+FFFD.
 *
 * @throws Error when the text was not made by a program: a template that replaced `__render` can return anything
 */
export function decodeOutput(text: string): RenderOutput {
  const end = text.indexOf('\n');
  const head = parseHead(text.slice(0, Math.max(0, end)));
  // The program bounds the reason too, but with methods that a template may have replaced.
  const reason = typeof head.reason === 'string' ? head.reason.slice(0, reasonMax).toWellFormed() : null;
  if (head.kind === 'skipped' && reason !== null) return { kind: 'skipped', reason };
  if (head.kind === 'failed' && reason !== null) {
    const [line, column] = [head.line, head.column];
    const place =
      typeof line === 'number' && typeof column === 'number' ? { line, column } : { line: null, column: null };
    return { kind: 'failed', reason, ...place, in: typeof head.in === 'string' ? head.in : 'template' };
  }
  if (head.kind !== 'body' || typeof head.path !== 'string' || !isHeaders(head.headers)) throw notOurs();
  const body = text.slice(end + 1).toWellFormed();
  return { kind: 'body', body, isObject: head.isObject === true, path: head.path, headers: head.headers };
}

/** The message for output that was not written by a program. */
export const NOT_OURS = 'The template replaced the function that renders it';

/** The maximum length of the reason of a render. */
export const reasonMax = 1000;

type Head = { [field: string]: unknown };

function parseHead(line: string): Head {
  try {
    const head: unknown = JSON.parse(line);
    if (typeof head === 'object' && head !== null) return head as Head; // its fields are checked where they are used
  } catch {
    // Handled like any other text that is not a program's.
  }
  throw notOurs();
}

function isHeaders(value: unknown): value is [string, string][] {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string');
  return Array.isArray(value) && value.every(isPair);
}

function notOurs(): Error {
  return new Error(NOT_OURS);
}
