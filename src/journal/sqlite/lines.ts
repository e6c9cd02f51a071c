import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Lines of JSON as a column holds them: text, or a Zstandard frame where that is worth its time. */
export type StoredLines = string | Uint8Array;

// A frame costs about 40 µs before its first byte, then 1 µs a KB, and halves even single lines. Under load lines come
// by the dozen; when they come alone there is time. The fast levels take half the time of level 1 for a third more bytes.
const charactersWorthPacking = 1_024;
const options = { params: { [constants.ZSTD_c_compressionLevel]: -7 } };

export function packLines(lines: string): StoredLines {
  return lines.length < charactersWorthPacking ? lines : zstdCompressSync(lines, options);
}

export function unpackLines(stored: StoredLines): string[] {
  return (typeof stored === 'string' ? stored : zstdDecompressSync(stored).toString()).split('\n');
}
