import type { Header } from '../contract/documents/connection.ts';
import { Secret, UnresolvedSecret } from '../contract/secret.ts';
import { reveal } from './secret-fields.ts';

/**
 * A custom header with its secret revealed. Throws UnresolvedSecret for a secret reference that can't be read or that
 * no header can carry. For other values, the caller checks the result with `headerValue`.
 */
export function openHeader({ name, value }: Pick<Header, 'name' | 'value'>): [name: string, value: string] {
  const text = reveal(value);
  if (value instanceof Secret && value.ref !== null && headerValue(text) === null)
    throw new UnresolvedSecret(`${value.ref} is not a header value: it must be one line of visible ASCII.`);
  return [name, text];
}

/**
 * A header value in the form to send: outer spaces and tabs removed, visible ASCII with spaces and tabs inside (RFC
 * 9110 §5.5 without obs-text); null for any other text, in particular one with a line break.
 */
export function headerValue(text: string): string | null {
  // The usual case, fast.
  if (/^[!-~]+$/.test(text)) return text;
  const value = text.replace(/^[ \t]+|[ \t]+$/g, '');
  return /^[\t\x20-\x7e]*$/.test(value) ? value : null;
}
