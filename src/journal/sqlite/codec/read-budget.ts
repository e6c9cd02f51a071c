/** What one operation answers at most, but for the row with which it gets there; the next one goes on from there. */
const answeredBytesMost = 4 * 1024 * 1024;
/** What it unpacks for that at most, but for the last group or block. */
const unpackedBytesMost = 32 * 1024 * 1024;

/** How much one operation may read, so that neither its thread nor the one that asked runs out of memory. */
export type ReadBudget = ReturnType<typeof readBudget>;

export function readBudget() {
  let answered = 0;
  let unpacked = 0;
  return {
    /** Bytes of what was unpacked so far. */
    get unpackedBytes() {
      return unpacked;
    },
    get isAnswered() {
      return answered >= answeredBytesMost;
    },
    get isUnpacked() {
      return unpacked >= unpackedBytesMost;
    },
    answer(text: string | null) {
      if (text !== null) answered += bytesOf(text);
    },
    unpack(lines: readonly string[]) {
      for (const line of lines) unpacked += bytesOf(line);
    },
  };
}

/** A character may take two bytes in memory. */
const bytesOf = (text: string) => 2 * text.length;
