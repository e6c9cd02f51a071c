/** How a render ended. Lines and columns count from 1 in the text of the part that `in` names. */
export type RenderOutput =
  | { kind: 'body'; body: string; isObject: boolean; path: string; headers: [name: string, value: string][] }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; reason: string; line: number | null; column: number | null; in: string };

/**
 * Reads what a program's `__render` returned: a line of JSON, then the body as it is, so that it need not be escaped and
 * unescaped. Lone surrogates, which no encoding can carry, become U+FFFD.
 *
 * @throws Error when the text was not made by a program: a template that replaced `__render` can return anything
 */
export function decodeOutput(text: string): RenderOutput {
  const end = text.indexOf('\n');
  const head = parseHead(text.slice(0, Math.max(0, end)));
  if (head.kind === 'skipped' && typeof head.reason === 'string')
    return { kind: 'skipped', reason: boundedReason(head.reason) };
  if (head.kind === 'failed' && typeof head.reason === 'string') {
    const { line, column } = head;
    const reason = boundedReason(head.reason);
    const isPlace = typeof line === 'number' && typeof column === 'number';
    return {
      kind: 'failed',
      reason,
      line: isPlace ? line : null,
      column: isPlace ? column : null,
      in: typeof head.in === 'string' ? head.in : 'template',
    };
  }
  if (head.kind !== 'body' || typeof head.path !== 'string' || !isHeaders(head.headers)) throw notOurs();
  const body = text.slice(end + 1).toWellFormed();
  return {
    kind: 'body',
    body: body.toWellFormed(),
    isObject: head.isObject === true,
    path: head.path,
    headers: head.headers,
  };
}

/** The words for output that no program wrote. */
export const NOT_OURS = 'The template replaced the function that renders it';

/** The longest reason that a render gives. */
export const REASON_MAX = 1000;

/** Once more: the program does the same, with methods that a template may have replaced. */
function boundedReason(reason: string): string {
  return reason.slice(0, REASON_MAX).toWellFormed();
}

type Head = { [field: string]: unknown };

function parseHead(line: string): Head {
  try {
    const head: unknown = JSON.parse(line);
    if (typeof head === 'object' && head !== null) return head as Head; // its fields are checked where they are used
  } catch {
    // The same answer as for any other text that is not ours.
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
