/** Finds many texts at once. */
interface TextFinder {
  /** `wanted` must have at least the finder's least length. */
  add(wanted: string): void;
  /** Every place where a wanted text is becomes `replacement`; places that overlap become one. */
  replaceAll(text: string, replacement: string): string;
  /** The same, or null when the search had to compare more than so many characters: wanted texts can be made to look alike. */
  replaceWithin(text: string, replacement: string, comparedMax: number): string | null;
}

const tableBits = 16;
const blockLength = 3;
/** What one comparison costs beside its characters. */
const comparisonCost = 16;

/** The wanted texts whose first `lengthMin` characters end in the same block. `lengths`: the longest first. */
type Bucket = { texts: Set<string>; lengths: number[] };

/**
 * Wu and Manber's search ("A fast algorithm for multi-pattern searching", 1994): a window of the least length moves over
 * the text; its last three characters tell how far it may jump, so that of text without hits about one character in six
 * is looked at, however many texts are wanted.
 */
export function textFinder(lengthMin: number): TextFinder {
  const jumpMost = lengthMin - blockLength + 1;
  const jumps = new Uint8Array(2 ** tableBits).fill(jumpMost);
  const buckets = new Map<number, Bucket>();

  function replaceWithin(text: string, replacement: string, comparedMax: number): string | null {
    let done = '';
    let copied = 0;
    let compared = 0;
    /** The place of the last hit; it grows while others overlap it. */
    let hitStart = -1;
    let hitEnd = -1;
    const end = text.length - lengthMin;
    for (let start = 0; start <= end; ) {
      const block = blockAt(text, start + jumpMost - 1);
      const jump = jumps[block] ?? jumpMost;
      if (jump > 0) {
        start += jump;
        continue;
      }
      const bucket = buckets.get(block);
      for (const length of bucket?.lengths ?? []) {
        compared += length + comparisonCost;
        if (bucket?.texts.has(text.slice(start, start + length)) !== true) continue;
        if (start >= hitEnd) {
          replaceHit();
          hitStart = start;
        }
        hitEnd = Math.max(hitEnd, start + length);
        break;
      }
      if (compared > comparedMax) return null;
      start += 1;
    }
    replaceHit();
    return copied === 0 ? text : done + text.slice(copied);

    function replaceHit(): void {
      if (hitStart < 0) return;
      done += text.slice(copied, hitStart) + replacement;
      copied = hitEnd;
    }
  }

  return {
    add(wanted) {
      if (wanted.length < lengthMin) throw new RangeError(`a wanted text has at least ${lengthMin} characters`);
      for (let at = 0; at < jumpMost; at++) {
        const block = blockAt(wanted, at);
        jumps[block] = Math.min(jumps[block] ?? jumpMost, jumpMost - 1 - at);
      }
      const last = blockAt(wanted, jumpMost - 1);
      const bucket = buckets.get(last) ?? { texts: new Set(), lengths: [] };
      buckets.set(last, bucket);
      bucket.texts.add(wanted);
      if (bucket.lengths.includes(wanted.length)) return;
      bucket.lengths.push(wanted.length);
      bucket.lengths.sort((a, b) => b - a);
    },
    replaceAll: (text, replacement) => replaceWithin(text, replacement, Number.POSITIVE_INFINITY) ?? text,
    replaceWithin,
  };
}

/** The place in the table of the three characters at `at`. */
function blockAt(text: string, at: number): number {
  const mixed = (text.charCodeAt(at) << 14) ^ (text.charCodeAt(at + 1) << 7) ^ text.charCodeAt(at + 2);
  return Math.imul(mixed, 0x9e3779b1) >>> (32 - tableBits);
}
