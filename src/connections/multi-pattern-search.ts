/** Searches for many texts at once. */
interface TextFinder {
  /** Throws RangeError when `wanted` is shorter than the finder's minimum length. */
  add(wanted: string): void;
  /**
   * Replaces every occurrence with `replacement`; overlapping occurrences become one. Null after a cost of more than
   * `comparedMax` compared characters (some 10 ns each): hostile texts can make the search slow.
   */
  replaceWithin(text: string, replacement: string, comparedMax: number): string | null;
}

const blockLength = 3;
/** The jumps fit into bytes, and longer windows gain little. */
const windowMax = 64;
/** Sizes of the table of jumps: of 4,096 bytes, which stay in the processor's cache, and of 262,144 for very many texts. */
const tableBits = { least: 12, most: 18 };
/** A table this full, as a part of its size, lets the window jump less. */
const fillMax = 1 / 8;
/**
 * Fixed cost of one comparison, in characters, and how many characters cost as much as one when texts are compared one
 * by one.
 */
const comparisonCost = 16;
const comparedAtOnce = 64;

/**
 * The texts whose window ends in the same block. `lengths`: longest first. `few`: the texts themselves, longest first, while
 * there are few. `cost`: that of comparing all lengths.
 */
type Bucket = { texts: Set<string>; lengths: number[]; few: string[] | null; cost: number };
/** As many texts are compared one by one, which needs no copy of a part of the searched text. */
const fewMax = 8;

/**
 * Wu and Manber's search ("A fast algorithm for multi-pattern searching", 1994): a window as long as the shortest wanted
 * text moves over the text, and its last three characters determine how far it can jump. In text without hits, few
 * characters are read (one in six with a window of 8, one in twenty with one of 22), however many texts are wanted.
 */
export function textFinder(lengthMin: number): TextFinder {
  const wantedTexts = new Set<string>();
  let window = windowMax;
  let bits = tableBits.least;
  let blocks = 0;
  let jumps = new Uint8Array();
  let buckets = new Map<number, Bucket>();
  build();

  function build() {
    blocks = 0;
    jumps = new Uint8Array(2 ** bits).fill(jumpMax());
    buckets = new Map();
    for (const wanted of wantedTexts) enter(wanted);
  }

  function jumpMax(): number {
    return window - blockLength + 1;
  }

  function enter(wanted: string) {
    const last = jumpMax() - 1;
    for (let at = 0; at <= last; at++) {
      const block = blockAt(wanted, at, bits);
      jumps[block] = Math.min(jumps[block] ?? 0, last - at);
    }
    blocks += last + 1;
    const block = blockAt(wanted, last, bits);
    const bucket: Bucket = buckets.get(block) ?? { texts: new Set(), lengths: [], few: [], cost: 0 };
    buckets.set(block, bucket);
    bucket.texts.add(wanted);
    const isFew = bucket.texts.size <= fewMax;
    bucket.few = isFew ? [...bucket.texts].sort((a, b) => b.length - a.length) : null;
    if (!bucket.lengths.includes(wanted.length)) bucket.lengths.push(wanted.length);
    bucket.lengths.sort((a, b) => b - a);
    const costs = bucket.few?.map((one) => one.length / comparedAtOnce) ?? bucket.lengths;
    bucket.cost = costs.reduce((sum, cost) => sum + cost + comparisonCost, 0);
  }

  /** Where a wanted text may begin, from `start` on; -1: nowhere. */
  function nextCandidate(text: string, start: number): number {
    const end = text.length - window;
    const last = jumpMax() - 1;
    const table = jumps;
    const tableBits = bits;
    for (let at = start; at <= end; ) {
      const jump = table[blockAt(text, at + last, tableBits)] ?? 1;
      if (jump === 0) return at;
      at += jump;
    }
    return -1;
  }

  function replaceWithin(text: string, replacement: string, comparedMax: number): string | null {
    let at = wantedTexts.size === 0 ? -1 : nextCandidate(text, 0);
    if (at < 0) return text;
    let done = '';
    let copied = 0;
    let compared = 0;
    /** The last hit, which overlapping hits extend; it is copied when the next one begins. */
    let hitStart = -1;
    let hitEnd = -1;
    for (; at >= 0; at = nextCandidate(text, at + 1)) {
      const bucket = buckets.get(blockAt(text, at + jumpMax() - 1, bits));
      if (bucket === undefined) continue;
      compared += bucket.cost;
      const length = lengthAt(bucket, text, at);
      if (length > 0) {
        if (at >= hitEnd) {
          if (hitStart >= 0) done += text.slice(copied, hitStart) + replacement;
          if (hitStart >= 0) copied = hitEnd;
          hitStart = at;
        }
        hitEnd = Math.max(hitEnd, at + length);
      }
      if (compared > comparedMax) return null;
    }
    return hitStart < 0 ? text : done + text.slice(copied, hitStart) + replacement + text.slice(hitEnd);
  }

  return {
    replaceWithin,
    add(wanted) {
      if (wanted.length < lengthMin) throw new RangeError(`a wanted text has at least ${lengthMin} characters`);
      if (wantedTexts.has(wanted)) return;
      wantedTexts.add(wanted);
      const isShorter = wanted.length < window;
      const isFull = bits < tableBits.most && blocks > 2 ** bits * fillMax;
      if (isShorter) window = wanted.length;
      if (isFull) bits += 2;
      if (isShorter || isFull) build();
      else enter(wanted);
    },
  };
}

/** The length of the longest text of a bucket that stands at `at`; 0: none does. */
function lengthAt({ texts, lengths, few }: Bucket, text: string, at: number): number {
  if (few === null) return lengths.find((length) => texts.has(text.slice(at, at + length))) ?? 0;
  // Much faster than startsWith(), which compares character by character.
  for (const wanted of few) if (text.slice(at, at + wanted.length) === wanted) return wanted.length;
  return 0;
}

/** The index in a table of 2 ** bits of the three characters at `at`. */
function blockAt(text: string, at: number, bits: number): number {
  const mixed = (text.charCodeAt(at) << 14) ^ (text.charCodeAt(at + 1) << 7) ^ text.charCodeAt(at + 2);
  return Math.imul(mixed, 0x9e3779b1) >>> (32 - bits);
}
