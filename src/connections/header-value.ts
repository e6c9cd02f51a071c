import type { Header } from '../contract/connection.ts';
import { reveal } from './secret-fields.ts';

/** A custom header as it is sent, its secret opened; what `headerValue` makes of the value is for the caller to see. */
export function openHeader({ name, value }: Header): [name: string, value: string] {
  return [name, reveal(value)];
}

/**
 * A header value as it may be sent: outer blanks and tabs removed, visible ASCII with blanks and tabs inside
 * (RFC 9110 §5.5 without obs-text); null when the text is anything else, a line break above all.
 */
export function headerValue(text: string): string | null {
  const value = text.replace(/^[ \t]+|[ \t]+$/g, '');
  return /^[\t\x20-\x7e]*$/.test(value) ? value : null;
}
