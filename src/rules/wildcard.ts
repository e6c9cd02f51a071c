import { wildcardLengthMax } from '../contract/documents/operators.ts';

/**
 * Compiles a pattern that is matched against whole texts: `*` matches any run of characters, also an empty one, and
 * `?` exactly one code point. There is no escape character. Time grows with the text's length alone: at most
 * `wildcardLengthMax` / 32 steps for each character. A longer pattern, stored before that bound existed, takes
 * proportionally more.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  // A well-formed literal always matches at code point boundaries.
  const isLiteral = !pattern.includes('?') && pattern.length <= wildcardLengthMax && pattern.isWellFormed();
  return isLiteral ? literalRuns(pattern.split('*')) : stateSet([...pattern.replace(/\*+/g, '*')]);
}

/**
 * The first and the last run are matched at the ends of the text; those in between at their first occurrence, which
 * leaves the most room for the next. V8's `indexOf` is linear for runs of up to 250 characters.
 */
function literalRuns(runs: readonly string[]): (text: string) => boolean {
  const first = runs[0] ?? '';
  const last = runs.at(-1) ?? '';
  const between = runs.slice(1, -1).filter((run) => run !== '');
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const run of between) {
      const at = text.indexOf(run, from);
      if (at < 0) return false;
      from = at + run.length;
    }
    return from <= end;
  };
}

/**
 * Shift-and (Baeza-Yates and Gonnet 1992): bit n is set while the first n tokens other than stars match the text so
 * far, 32 of them per step. The bit of a star stays set.
 */
function stateSet(tokens: readonly string[]): (text: string) => boolean {
  const places = tokens.filter((token) => token !== '*').length;
  const words = (places >> 5) + 1;
  const stars = new Uint32Array(words);
  const anyCharacter = new Uint32Array(words);
  const fitting = new Map<string, Uint32Array>();
  let place = 0;
  for (const token of tokens) {
    if (token === '*') setBit(stars, place);
    else {
      place += 1;
      if (token === '?') setBit(anyCharacter, place);
      else setBit(fitting.get(token) ?? emptyAt(token), place);
    }
  }
  for (const bits of fitting.values()) for (const [at, bit] of anyCharacter.entries()) bits[at] = (bits[at] ?? 0) | bit;
  return (text) => {
    const state = new Uint32Array(words);
    state[0] = 1;
    for (const point of text) {
      const fits = fitting.get(point) ?? anyCharacter;
      let carry = 0;
      let alive = 0;
      for (let at = 0; at < words; at++) {
        const before = state[at] as number; // the index is below its length
        const after = (((before << 1) | carry) & (fits[at] as number)) | (before & (stars[at] as number)); // its index is below its length too
        carry = before >>> 31;
        state[at] = after;
        alive |= after;
      }
      if (alive === 0) return false;
    }
    return ((state[places >> 5] ?? 0) & (1 << (places & 31))) !== 0;
  };

  function emptyAt(token: string): Uint32Array {
    const bits = new Uint32Array(words);
    fitting.set(token, bits);
    return bits;
  }
}

function setBit(bits: Uint32Array, place: number): void {
  bits[place >> 5] = (bits[place >> 5] ?? 0) | (1 << (place & 31));
}
