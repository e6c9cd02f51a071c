/**
 * A value as an example for everyone who can see the catalogue: cut to 80 characters, with e-mail addresses, runs of
 * seven digits or more (also written with spaces, dots or hyphens) and long tokens masked. Dates and times are kept.
 */
export function maskExample(text: string): string {
  if (time.test(text)) return text;
  // Masked before it is cut, so that the cut can't leave half of an e-mail address.
  const read = text.slice(0, readMax);
  const withoutMail = mayHoldEmail.test(read) ? read.replace(email, '[e-mail]') : read;
  const masked = withoutMail.replace(token, maskToken).replace(digits, '[digits]');
  return masked.length > lengthMax || text.length > readMax ? `${masked.slice(0, lengthMax)}…` : masked;
}

/** Whether a parameter's name marks its values as personal or secret; such a parameter gets no examples. */
export function isSensitiveName(name: string): boolean {
  return sensitive.test(name);
}

const lengthMax = 80;
const readMax = 400;

// Texts have at most `readMax` characters here. `email` takes time quadratic in them, so that it runs only where an
// address may be.
const time = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;
const mayHoldEmail = /@|%40/;
const email = /[^\s@/?&=:;,<>()"']+(?:@|%40)[^\s@/?&=:;,<>()"']+/g;
const token = /[A-Za-z0-9_~+-]{20,}/g;
const digits = /\+?\d(?:[ .()-]{0,2}\d){6,}/g;
const sensitive =
  /pass(?:word|wd)|secret|token|api.?key|e-?mail|phone|(?:first|last|full|sur).?name|address|iban|card|cvv|ssn|birth/i;

/** Tokens have digits or both letter cases; long words and slugs don't. */
function maskToken(text: string): string {
  return /\d/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text)) ? '[token]' : text;
}
