/** A run of lines that both texts have, or lines that one has where the other has others. */
export type DiffBlock =
  | { kind: 'same'; lines: string[]; before: number; after: number }
  | { kind: 'changed'; removed: readonly string[]; added: readonly string[]; before: number; after: number };

/** Above this many compared pairs a stretch counts as replaced as a whole, so that no input is slow. */
const pairsMax = 4_000_000;

/**
 * The difference of two texts, line by line (longest common subsequence between equal beginnings and ends). `before` and
 * `after` of a block are the numbers of its first lines, from 1.
 */
export function lineDiff(before: string, after: string): DiffBlock[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  const blocks: DiffBlock[] = [];
  let [atA, atB] = [0, 0];
  for (const [i, j] of [...equalLines(a, b), [a.length, b.length] as const]) {
    const numbers = { before: atA + 1, after: atB + 1 };
    if (i > atA || j > atB)
      blocks.push({ kind: 'changed', removed: a.slice(atA, i), added: b.slice(atB, j), ...numbers });
    const last = blocks.at(-1);
    const lines = a.slice(i, i + 1);
    if (last?.kind === 'same') last.lines.push(...lines);
    else if (lines.length > 0) blocks.push({ kind: 'same', lines, before: i + 1, after: j + 1 });
    [atA, atB] = [i + 1, j + 1];
  }
  return blocks;
}

/** The places of lines that both texts have, in order. */
function equalLines(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = commonLines(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [
    ...Array.from({ length: start }, (_, i) => [i, i] as const),
    ...middle.map(([i, j]) => [start + i, start + j] as const),
    ...Array.from({ length: end }, (_, i) => [a.length - end + i, b.length - end + i] as const),
  ];
}

/** The longest common subsequence of two lists, as places. */
function commonLines(a: readonly string[], b: readonly string[]): [number, number][] {
  if (a.length * b.length > pairsMax) return [];
  const width = b.length + 1;
  // The length of the longest common subsequence of the ends that begin at each pair.
  const lengths = new Uint32Array((a.length + 1) * width);
  const length = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));

  const places: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) places.push([i++, j++]);
    else if (length(i + 1, j) >= length(i, j + 1)) i += 1;
    else j += 1;
  }
  return places;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
}
