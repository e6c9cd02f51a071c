import type { Attempt } from '../records/delivery.ts';

const masked = '[secret]';

/**
 * A request as a shell command. Every argument is quoted, so the shell expands and runs nothing in it. A masked value
 * becomes a shell variable named after its header, to be set before the command is run; no setting of Millrace, nor a
 * usual variable of another program, begins like it. Control characters are written as `$'\x1b'`, which bash, zsh and ksh
 * read: a terminal can interpret them when the command is pasted. Without them the command is for any POSIX shell.
 */
export function curlCommand({ method, url, headers, body }: NonNullable<Attempt['request']>): string {
  // Without globoff curl expands braces and brackets in the URL; data-raw does not read files at `@`.
  const parts = [`curl --globoff --path-as-is --request ${quoted(method)}`, `--url ${quoted(url, 'SECRET')}`];
  for (const [name, value] of headers) {
    const variable = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
    // A header with an empty value is written with a semicolon; with a colon curl omits it.
    parts.push(`--header ${value === '' ? quoted(`${name};`) : quoted(`${name}: ${value}`, variable)}`);
  }
  if (body !== null) parts.push(`--data-raw ${quoted(body, 'SECRET')}`);
  return `${parts.join(' \\\n  ')}\n`;
}

function quoted(text: string, variable?: string): string {
  if (variable === undefined) return literal(text) || "''";
  return text.split(masked).map(literal).join(`"$MILLRACE_CURL_${variable}"`) || "''";
}

/** Control characters but line breaks, and characters that change the order in which text is shown. */
const unsafe = /((?:(?!\n)[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069])+)/u;

function literal(text: string): string {
  const parts = text.split(unsafe).map((part, index) => {
    if (index % 2 === 1) return `$'${Array.from(new TextEncoder().encode(part), inHex).join('')}'`;
    return part === '' ? '' : `'${part.replaceAll("'", `'\\''`)}'`;
  });
  return parts.join('');
}

const inHex = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`;
