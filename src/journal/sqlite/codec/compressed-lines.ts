import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Lines of JSON as a column holds them: text, or a Zstandard frame where that is worth its time. */
export type StoredLines = string | Uint8Array;

// A frame costs about 15 µs before its first byte, then 1.5 µs a KB; it takes a third off even a single line. The fast
// levels below 1 take two thirds of the time for half as many bytes more, and lose it again where these are written: to
// the log, and from there to the database.
const charactersWorthPacking = 1_024;
const params = { [constants.ZSTD_c_compressionLevel]: 1 };
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
