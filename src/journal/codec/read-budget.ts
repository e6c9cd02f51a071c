/**
 * The bytes that one operation returns. The row that reaches the limit is included; the next operation continues after
 * it.
 */
const keptBytesMax = 4 * 1024 * 1024;
/** The bytes that it decompresses for that. The group or block that reaches the limit is included. */
const unpackedBytesMax = 32 * 1024 * 1024;

/** Limits how much one operation reads, so that neither its thread nor the calling thread runs out of memory. */
export type ReadBudget = ReturnType<typeof readBudget>;

export function readBudget() {
  let kept = 0;
  let unpacked = 0;
  return {
    /** Bytes decompressed so far. */
    get unpackedBytes() {
      return unpacked;
    },
    get isFull() {
      return kept >= keptBytesMax;
    },
    get isUnpacked() {
      return unpacked >= unpackedBytesMax;
    },
    keep(text: string | null) {
      if (text !== null) kept += bytesOf(text);
    },
    unpack(lines: readonly string[]) {
      for (const line of lines) unpacked += bytesOf(line);
    },
  };
}

/** The size of a text in memory, where a character may take two bytes. */
export const bytesOf = (text: string): number => 2 * text.length;
