/** A run of lines that both texts have, or lines that one has where the other has others. */
export type DiffBlock =
  | { kind: 'same'; lines: readonly string[]; before: number; after: number }
  | { kind: 'changed'; removed: readonly string[]; added: readonly string[]; before: number; after: number };

/** Above this many compared pairs a stretch counts as replaced as a whole, so that no input is slow. */
const pairsMax = 4_000_000;

/**
 * The difference of two texts, line by line (longest common subsequence between equal beginnings and ends). `before` and
 * `after` of a block are the numbers of its first lines, from 1.
 */
export function lineDiff(before: string, after: string): DiffBlock[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }

  const blocks: DiffBlock[] = [];
  let [atA, atB] = [0, 0];
  const same = (length: number) => {
    if (length > 0) blocks.push({ kind: 'same', lines: a.slice(atA, atA + length), before: atA + 1, after: atB + 1 });
    atA += length;
    atB += length;
  };
  const changed = (toA: number, toB: number) => {
    if (toA > atA || toB > atB)
      blocks.push({
        kind: 'changed',
        removed: a.slice(atA, toA),
        added: b.slice(atB, toB),
        before: atA + 1,
        after: atB + 1,
      });
    [atA, atB] = [toA, toB];
  };

  same(start);
  for (const { a: fromA, b: fromB, length } of commonRuns(a.slice(start, endA), b.slice(start, endB))) {
    changed(start + fromA, start + fromB);
    same(length);
  }
  changed(endA, endB);
  same(a.length - endA);
  return joined(blocks);
}

/** Equal runs between two lists, in order. */
function commonRuns(a: readonly string[], b: readonly string[]): { a: number; b: number; length: number }[] {
  if (a.length * b.length === 0 || a.length * b.length > pairsMax) return [];
  const width = b.length + 1;
  // The length of the longest common subsequence of the ends that begin at each pair.
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);

  const runs: { a: number; b: number; length: number }[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      const last = runs.at(-1);
      if (last !== undefined && last.a + last.length === i && last.b + last.length === j) last.length += 1;
      else runs.push({ a: i, b: j, length: 1 });
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return runs;
}

/** Neighbouring equal runs as one. */
function joined(blocks: readonly DiffBlock[]): DiffBlock[] {
  const result: DiffBlock[] = [];
  for (const block of blocks) {
    const last = result.at(-1);
    if (last?.kind === 'same' && block.kind === 'same') last.lines = [...last.lines, ...block.lines];
    else result.push(block);
  }
  return result;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
}
