/** The shortest value that the scrubber removes; shorter ones would also match ordinary text. */
export const secretLengthMin = 8;

/** A key of 16,384 bits has about 200 lines. */
const linesMax = 300;

/**
 * Every form in which a value may occur in other text: verbatim, JSON-escaped (also as ASCII, also with `\/`), URL- and
 * form-encoded, hexadecimal, base64 and base64url. Values of 8 characters and more also in base64 within a longer
 * encoded text (as a password in Basic credentials), and keys in PEM line by line.
 */
export function secretForms(value: string): Set<string> {
  const bytes = new TextEncoder().encode(value);
  const forms = new Set([...jsonForms(value), ...urlForms(value)]);
  let hex = '';
  for (let at = 0; at < bytes.length; at++) hex += hexOfBytes[bytes[at] ?? 0];
  forms.add(hex).add(hex.toUpperCase());
  const isLong = value.length >= secretLengthMin;
  const whole = base64(bytes);
  for (const form of [whole, whole.replace(/=+$/, ''), ...(isLong ? innerBase64(bytes) : [])])
    forms.add(form).add(form.replaceAll('+', '-').replaceAll('/', '_'));
  if (isLong) for (const line of secretLines(value)) for (const form of secretForms(line)) forms.add(form);
  return forms;
}

const hexOfBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function jsonForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [value, json, ascii, ascii.replaceAll('/', '\\/'), json.replaceAll('/', '\\/')];
}

function urlForms(value: string): string[] {
  const encoded = encodeURIComponent(value.toWellFormed());
  const strict = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  return [encoded, strict, form].flatMap((text) => [text, text.replace(/(?:%..)+/g, (codes) => codes.toLowerCase())]);
}

/** The base64 characters of the value at each alignment, without edge characters, which depend on adjacent bytes. */
function innerBase64(bytes: Uint8Array): string[] {
  return [0, 1, 2].map((shift) => {
    const shifted = new Uint8Array(shift + bytes.length);
    shifted.set(bytes, shift);
    const whole = base64(shifted).replace(/=+$/, '');
    return whole.slice(shift === 0 ? 0 : shift + 1, (shift + bytes.length) % 3 === 0 ? undefined : -1);
  });
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(text);
}

/** The lines of a key in PEM (RFC 7468) without its labels, which are no secret. */
function secretLines(value: string): string[] {
  if (!value.includes('-----BEGIN ')) return [];
  return value
    .split(/\r?\n/)
    .slice(0, linesMax)
    .filter((line) => line.length >= secretLengthMin && !line.startsWith('-----'));
}
