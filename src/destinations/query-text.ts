import type { Rendered } from '../contract/records/rendered.ts';

/**
 * The query string of a GET request from the rendered data, without its `?`. Text is used unchanged (a leading `?` or
 * `&` and outer white space removed, line breaks percent-encoded). An object becomes parameters: `null` is left out,
 * a list repeats the name, other nested values are JSON text. A list has no names, so it is refused. Pure.
 */
export function queryText(
  rendered: Pick<Rendered, 'body' | 'isObject'>,
): { ok: true; text: string } | { ok: false; reason: string } {
  if (!rendered.isObject) {
    const text = rendered.body.trim().replace(/^[?&]+/, '');
    // The URL parser drops these characters instead of encoding them.
    return { ok: true, text: text.replace(/[\t\n\r]/g, encodeURIComponent) };
  }
  const parameters = parametersOf(rendered.body);
  if (parameters === null)
    return { ok: false, reason: 'GET sends its data in the query: return an object with named values, or text.' };
  return { ok: true, text: parameters.join('&') };
}

/**
 * The encoded parameters of an object's JSON text; null for any other text, or when it is nested too deeply. A
 * template can claim to return an object and return any text.
 */
function parametersOf(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.entries(value).flatMap(([name, one]) =>
      (Array.isArray(one) ? one : [one])
        .filter((item) => item !== null)
        .map((item) => `${encode(name)}=${encode(item)}`),
    );
  } catch {
    return null; // SyntaxError, or RangeError when the nesting exceeds the stack
  }
}

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed());
}
