import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { AppError } from '../contract/errors.ts';
import { sizeText } from '../http/request.ts';

type Inflate = (body: Uint8Array, options: zlib.ZlibOptions & zlib.BrotliOptions) => Promise<Buffer>;

const gunzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip);

const inflaters = new Map<string, Inflate>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflateEither],
  ['br', promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress)],
]);

/**
 * Decodes the content encoding of a body. Stops at `bytesMax` of output. Throws AppError `unsupported_media_type`,
 * `too_large`, or `malformed_request` when the body does not match its encoding.
 */
export async function inflated(body: Buffer, encoding: string, bytesMax: number): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const inflate = inflaters.get(name);
  if (inflate === undefined) throw new AppError('unsupported_media_type', 'Use gzip, deflate, br or no encoding.');
  try {
    return await inflate(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if (error instanceof RangeError)
      throw new AppError('too_large', `The body is over ${sizeText(bytesMax)} after decompression.`);
    throw new AppError('malformed_request', `The body does not match its Content-Encoding ${name}.`);
  }
}

/** The encoding of a body: its Content-Encoding, else gzip when it begins like that, as pages send it without a header. */
export function encodingOf(body: Buffer, header: string | undefined): string {
  if (header !== undefined) return header;
  return body[0] === 0x1f && body[1] === 0x8b ? 'gzip' : '';
}

const inflateZlib = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);

/** `deflate` is the zlib format (RFC 9110 §8.4.1.2), but some clients send raw deflate. */
function inflateEither(body: Uint8Array, options: zlib.ZlibOptions): Promise<Buffer> {
  const isZlib =
    body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0;
  return isZlib ? inflateZlib(body, options) : inflateRaw(body, options);
}
