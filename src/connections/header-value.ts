import type { Header } from '../contract/documents/connection.ts';
import { Secret, UnresolvedSecret } from '../contract/secret.ts';
import { reveal } from './secret-fields.ts';

/**
 * A custom header as it is sent, its secret opened. Throws UnresolvedSecret for one that is kept elsewhere and can't be
 * read, or that no header can carry; of others, what `headerValue` makes of them is for the caller to see.
 */
export function openHeader({ name, value }: Pick<Header, 'name' | 'value'>): [name: string, value: string] {
  const text = reveal(value);
  if (value instanceof Secret && value.ref !== null && headerValue(text) === null)
    throw new UnresolvedSecret(`${value.ref} is no header value: it must be one line of visible ASCII.`);
  return [name, text];
}

/**
 * A header value as it may be sent: outer blanks and tabs removed, visible ASCII with blanks and tabs inside
 * (RFC 9110 §5.5 without obs-text); null when the text is anything else, a line break above all.
 */
export function headerValue(text: string): string | null {
  // As most are.
  if (/^[!-~]+$/.test(text)) return text;
  const value = text.replace(/^[ \t]+|[ \t]+$/g, '');
  return /^[\t\x20-\x7e]*$/.test(value) ? value : null;
}
