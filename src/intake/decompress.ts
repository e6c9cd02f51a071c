import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { AppError } from '../contract/errors.ts';

/** Limit of an intake body after decompression. */
const inflatedBytesMax = 1_048_576;

const inflaters = new Map([
  ['gzip', promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip)],
  ['x-gzip', promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gunzip)],
  ['deflate', inflateEither],
  ['br', promisify<Uint8Array, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress)],
]);

/**
 * Decodes the content encoding of a body. Stops at 1 MiB of output. Throws AppError `unsupported_media_type`,
 * `too_large`, or `malformed_request` when the body does not match its encoding.
 */
export async function inflated(body: Buffer, encoding: string): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const inflate = inflaters.get(name);
  if (inflate === undefined) throw new AppError('unsupported_media_type', 'Use gzip, deflate, br or no encoding.');
  try {
    return await inflate(body, { maxOutputLength: inflatedBytesMax });
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('too_large', 'The body is over 1 MiB after decompression.');
    throw new AppError('malformed_request', `The body does not match its Content-Encoding ${name}.`);
  }
}

const inflateZlib = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);

/** `deflate` is the zlib format (RFC 9110 §8.4.1.2), but some clients send raw deflate. */
function inflateEither(body: Uint8Array, options: zlib.ZlibOptions): Promise<Buffer> {
  const isZlib =
    body.length >= 2 && ((body[0] ?? 0) & 0x0f) === 8 && (((body[0] ?? 0) << 8) | (body[1] ?? 0)) % 31 === 0;
  return isZlib ? inflateZlib(body, options) : inflateRaw(body, options);
}
