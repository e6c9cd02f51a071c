import type { Attempt } from '../records/delivery.ts';

const masked = '[secret]';

/**
 * A request as a command for a POSIX shell. Every argument is quoted, so the shell expands and runs nothing in it. A
 * masked value becomes a shell variable named after its header, to be set before the command is run.
 */
export function curlCommand({ method, url, headers, body }: NonNullable<Attempt['request']>): string {
  // Without globoff curl expands braces and brackets in the URL; data-raw does not read files at `@`.
  const parts = [`curl --globoff --path-as-is --request ${quoted(method)}`, `--url ${quoted(url, 'SECRET')}`];
  for (const [name, value] of headers) {
    const variable = name
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, '_')
      .replace(/^(?=\d)/, '_');
    // A header with an empty value is written with a semicolon; with a colon curl omits it.
    parts.push(`--header ${value === '' ? quoted(`${name};`) : quoted(`${name}: ${value}`, variable)}`);
  }
  if (body !== null) parts.push(`--data-raw ${quoted(body, 'SECRET')}`);
  return `${parts.join(' \\\n  ')}\n`;
}

function quoted(text: string, variable?: string): string {
  const single = (part: string) => `'${part.replaceAll("'", `'\\''`)}'`;
  if (variable === undefined) return single(text);
  const parts = text.split(masked).map((part) => (part === '' ? '' : single(part)));
  return parts.join(`"$${variable}"`) || "''";
}
