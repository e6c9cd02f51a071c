import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Lines of JSON as a column holds them: text, or a Zstandard frame where that is worth its time. */
export type StoredLines = string | Uint8Array;

// A frame costs about 25 µs before its first byte, then 1 µs a KB, and halves even single lines. Under load lines come
// by the dozen; when they come alone there is time. The fast levels take half the time of level 1 for a third more bytes.
const charactersWorthPacking = 1_024;
const params = { [constants.ZSTD_c_compressionLevel]: -7 };
const chunkBytes = { least: 1_024, most: 65_536 };

/** What is packed is written here first: buffers that are used once make a whole collection of garbage due every 64 MB. */
const scratch = Buffer.allocUnsafeSlow(4 * 1024 * 1024);
/** Of a UTF-16 unit in UTF-8. */
const unitBytesMax = 3;

export function packLines(lines: string): StoredLines {
  if (lines.length < charactersWorthPacking) return lines;
  const bytes =
    lines.length * unitBytesMax > scratch.length ? Buffer.from(lines) : scratch.subarray(0, scratch.write(lines));
  return zstdCompressSync(bytes, { params, chunkSize: chunkOf(bytes.length / 2) });
}

export function unpackLines(stored: StoredLines): string[] {
  if (typeof stored === 'string') return stored.split('\n');
  return zstdDecompressSync(stored, { chunkSize: chunkOf(stored.length * 4) })
    .toString()
    .split('\n');
}

/** With room for what mostly comes out, it is one piece, which need not be copied. */
const chunkOf = (bytes: number) => Math.min(chunkBytes.most, Math.max(chunkBytes.least, Math.ceil(bytes)));
