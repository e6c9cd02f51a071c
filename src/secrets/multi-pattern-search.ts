/** Finds many texts at once. */
export interface TextFinder {
  /** `wanted` must have at least the finder's least length. */
  add(wanted: string): void;
  /** Every wanted text, from left to right and of several at one place the longest, becomes `replacement`. */
  replaceAll(text: string, replacement: string): string;
}

const tableBits = 16;
const blockLength = 3;

/**
 * Wu and Manber's search ("A fast algorithm for multi-pattern searching", 1994): a window of the least length moves over
 * the text; its last three characters tell how far it may jump, so that of text without hits about one character in six
 * is looked at, however many texts are wanted.
 */
export function textFinder(lengthMin: number): TextFinder {
  const jumpMost = lengthMin - blockLength + 1;
  const jumps = new Uint8Array(2 ** tableBits).fill(jumpMost);
  /** Wanted texts by the block that ends their first `lengthMin` characters, the longest first. */
  const byBlock = new Map<number, string[]>();

  function longestAt(text: string, start: number, block: number): string | undefined {
    return byBlock.get(block)?.find((wanted) => text.startsWith(wanted, start));
  }

  return {
    add(wanted) {
      if (wanted.length < lengthMin) throw new RangeError(`a wanted text has at least ${lengthMin} characters`);
      for (let at = 0; at < jumpMost; at++) {
        const block = blockAt(wanted, at);
        jumps[block] = Math.min(jumps[block] ?? jumpMost, jumpMost - 1 - at);
      }
      const last = blockAt(wanted, jumpMost - 1);
      const same = byBlock.get(last) ?? [];
      byBlock.set(last, same);
      const place = same.findIndex((one) => one.length <= wanted.length);
      if (same[place] !== wanted && !same.includes(wanted)) same.splice(place === -1 ? same.length : place, 0, wanted);
    },
    replaceAll(text, replacement) {
      let done = '';
      let copied = 0;
      const end = text.length - lengthMin;
      for (let start = 0; start <= end; ) {
        const block = blockAt(text, start + jumpMost - 1);
        const jump = jumps[block] ?? jumpMost;
        if (jump > 0) {
          start += jump;
          continue;
        }
        const found = longestAt(text, start, block);
        if (found === undefined) {
          start += 1;
          continue;
        }
        done += text.slice(copied, start) + replacement;
        start += found.length;
        copied = start;
      }
      return copied === 0 ? text : done + text.slice(copied);
    },
  };
}

/** The place in the table of the three characters at `at`. */
function blockAt(text: string, at: number): number {
  const mixed = (text.charCodeAt(at) << 14) ^ (text.charCodeAt(at + 1) << 7) ^ text.charCodeAt(at + 2);
  return Math.imul(mixed, 0x9e3779b1) >>> (32 - tableBits);
}
