import { pathTo } from '../parts/payload/member-path.ts';

/** A known field of records. */
export type Field = {
  name: string;
  type: string;
  /** In how many of the events looked at it was, between 0 and 1; null: not known. */
  share: number | null;
  example: string | null;
  description?: string;
};

/** The fields to complete and to check against, and where they are known from. */
export type KnownFields = {
  fields: readonly Field[];
  basis: { kind: 'events'; count: number } | { kind: 'ever' } | { kind: 'mapping'; action: string };
};

/** How a template reads a member of a record: `.name` or `["wt.ti"]`, with `?.` where it is `isOptional`. */
export function memberOf(name: string, isOptional: boolean): string {
  const member = pathTo('', name, false);
  return isOptional ? `?${member.startsWith('[') ? '.' : ''}${member}` : member;
}

/** The known name nearest to a mistyped one; null: none is near enough. */
export function nearestName(name: string, names: Iterable<string>): string | null {
  const most = Math.max(1, Math.floor(name.length / 3));
  let best: string | null = null;
  let least = most + 1;
  for (const one of names) {
    if (Math.abs(one.length - name.length) >= least) continue;
    const steps = one.toLowerCase() === name.toLowerCase() ? 0 : distance(name, one);
    if (steps < least) [best, least] = [one, steps];
  }
  return best;
}

/** How many letters to insert, delete, replace or swap with the next one. */
function distance(a: string, b: string): number {
  let [before, last, row] = [[] as number[], [] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    [before, last, row] = [last, row, [i]];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row[j] = least;
    }
  }
  return row[b.length] ?? 0;
}
