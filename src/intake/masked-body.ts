import type { IncomingHttpHeaders } from 'node:http';
import zlib from 'node:zlib';
import { encodingOf } from './decompress.ts';

/** What is kept of the body of a rejected request. */
export const bodyBytesMax = 4_096;

/**
 * The beginning of a body for people, without its values: names of fields stay, letters of values become `x` and digits `0`, so that
 * the form of a time or an id can be seen and no person or secret can. null: nothing was read, or it is no text.
 */
export function maskedBody(body: Buffer, headers: IncomingHttpHeaders): string | null {
  const bytes = beginning(body, headers['content-encoding']);
  if (bytes === null || bytes.length === 0) return null;
  const text = new TextDecoder().decode(bytes, { stream: true });
  if (binary.test(text)) return null;
  const masked = /^\s*[{[]/.test(text) ? maskedJson(text) : isForm.test(text) ? maskedForm(text) : shapeOf(text);
  return masked.slice(0, bodyBytesMax);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they show that a body is no text
const binary = /[\0-\x08\x0e-\x1f]|\ufffd{2}/;
const isForm = /^[^\s=&]{1,64}=[^\s]*$/;

/** Of a compressed body so little is read that it inflates to 1 MiB at most. */
const packedMax = 1_024;
const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH };

function beginning(body: Buffer, encoding: string | undefined): Buffer | null {
  const name = encodingOf(body, encoding).trim().toLowerCase();
  try {
    if (name === '' || name === 'identity') return body.subarray(0, bodyBytesMax);
    const packed = body.subarray(0, packedMax);
    if (name === 'gzip' || name === 'x-gzip') return zlib.gunzipSync(packed, options).subarray(0, bodyBytesMax);
    return name === 'deflate' ? zlib.inflateSync(packed, options).subarray(0, bodyBytesMax) : null;
  } catch {
    return null;
  }
}

/** Texts before a colon are names. The rest of JSON that is cut off, or none, is masked in the same way. */
function maskedJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"?|[^"]+/gs, (token, at: number) => {
    if (!token.startsWith('"'))
      return token.replace(/[\p{L}\p{N}]+/gu, (word) => (literals.has(word) ? word : shapeOf(word)));
    const inner = token.replace(/^"|"$/g, '');
    const isName = /^\s*:/.test(text.slice(at + token.length, at + token.length + 8));
    return `"${isName ? nameOf(inner) : shapeOf(inner)}"`;
  });
}

const literals = new Set(['true', 'false', 'null', 'NaN', 'Infinity']);

const maskedForm = (text: string) =>
  text
    .split('&')
    .map((pair) => pair.split(/=(.*)/s, 2))
    .map(([name = '', value]) => (value === undefined ? nameOf(name) : `${nameOf(name)}=${shapeOf(value)}`))
    .join('&');

/** The name of a field. One that may be an id or an address is masked like a value. */
const nameOf = (name: string) => (/^[A-Za-z_$][A-Za-z_$.-]{0,40}\d{0,2}$/.test(name) ? name : shapeOf(name));

const shapeMax = 64;

function shapeOf(text: string): string {
  const short = text.length > shapeMax ? `${text.slice(0, shapeMax)}…` : text;
  return short
    .replace(/\p{N}/gu, '0')
    .replace(/\p{L}/gu, 'x')
    .replace(/[^\s\x20-\x7e…]/g, '?');
}
