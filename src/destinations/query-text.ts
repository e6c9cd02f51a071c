import type { Rendered } from '../journal/journal.ts';

/**
 * The query string that a GET request makes of what was rendered, without its `?`. Text stands as it is (a leading `?`
 * or `&` and outer white space removed, line breaks percent-encoded). An object becomes parameters: `null` is left out,
 * a list repeats the name, other values inside are JSON text. A list has no names, so it is refused. Pure.
 */
export function queryText(
  rendered: Pick<Rendered, 'body' | 'isObject'>,
): { ok: true; text: string } | { ok: false; reason: string } {
  if (!rendered.isObject) {
    const text = rendered.body.trim().replace(/^[?&]+/, '');
    // The URL parser drops these characters instead of encoding them.
    return { ok: true, text: text.replace(/[\t\n\r]/g, encodeURIComponent) };
  }
  const value = parsed(rendered.body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, reason: 'GET sends its data in the query: return an object with named values, or text.' };
  const parameters = Object.entries(value).flatMap(([name, one]) =>
    (Array.isArray(one) ? one : [one]).filter((item) => item !== null).map((item) => `${encode(name)}=${encode(item)}`),
  );
  return { ok: true, text: parameters.join('&') };
}

/** undefined: no JSON. A template may claim to have returned an object and not have done so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed());
}
