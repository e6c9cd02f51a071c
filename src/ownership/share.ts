import type { Roster } from '../journal/journal.ts';

/** What a node does next about the partitions: those to take now, and one to give away. */
export type Moves = { take: number[]; release: number | null };

/** Who owns the partitions: each node its `even` share, or `one` node all, while the others stand by. */
export type Policy = 'even' | 'one';

type Of = {
  node: string;
  /** How many partitions there are. */
  count: number;
  roster: Roster;
  /** What the node holds by its own memory. */
  held: ReadonlySet<number>;
  /** What is stored as its own, and it does not hold: it takes them in any case, and then gives away what is too much. */
  own: readonly number[];
};

/** By the policy, which all nodes of a database must share. Pure. */
export function movesOf(of: Of & { policy: Policy }): Moves {
  return of.policy === 'even' ? evenMoves(of) : movesToOne(of);
}

/**
 * The node that holds the most partitions takes all that are free, of several the first by name; the others give theirs
 * away. So after a death the first standby that is alive takes them, and a node that comes back stands by.
 */
function movesToOne({ node, count, roster, held, own }: Of): Moves {
  const sharing = roster.nodes.flatMap(({ name, isLeaving }) => (isLeaving ? [] : name)).sort();
  const counts = new Map(sharing.map((name) => [name, name === node ? held.size + own.length : 0]));
  for (const { owner } of roster.partitions) {
    const known = owner === null || owner === node ? undefined : counts.get(owner);
    if (owner !== null && known !== undefined) counts.set(owner, known + 1);
  }
  const most = Math.max(...counts.values());
  if (!counts.has(node)) return { take: [], release: null };
  if (sharing.find((name) => counts.get(name) === most) !== node)
    return { take: [...own], release: held.size > 0 ? Math.max(...held) : null };
  const free = Array.from({ length: count }, (_, partition) => partition).filter(freeIn(roster));
  return { take: [...own, ...free], release: null };
}

/** Tells which partitions have no owner that lives. */
function freeIn({ nodes, partitions }: Roster): (partition: number) => boolean {
  const alive = new Set(nodes.map(({ name }) => name));
  const owners = new Map(partitions.map(({ partition, owner }) => [partition, owner]));
  return (partition) => {
    const owner = owners.get(partition) ?? null;
    return owner === null || !alive.has(owner);
  };
}

/**
 * Every node takes free partitions up to the share of each, rounded down, and one more if so many are free that the others
 * get theirs. A node that has more, or as many while another node has less and no partition is free, gives one away. So
 * all partitions have an owner, no node has two more than another, and none moves without need.
 */
function evenMoves({ node, count, roster, held, own }: Of): Moves {
  const sharing = roster.nodes.flatMap(({ name, isLeaving }) => (isLeaving ? [] : name)).sort();
  const place = sharing.indexOf(node);
  if (place < 0) return { take: [], release: null };
  const share = { low: Math.floor(count / sharing.length), high: Math.ceil(count / sharing.length) };
  // Nodes begin at different partitions, so that they seldom want the same one.
  const first = Math.floor((place * count) / sharing.length);
  const free = Array.from({ length: count }, (_, index) => (first + index) % count).filter(freeIn(roster));
  const size = held.size + own.length;
  const counts = new Map<string, number>();
  for (const { owner } of roster.partitions) if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const lack = (name: string) => Math.max(0, share.low - (name === node ? size : (counts.get(name) ?? 0)));
  const spare = free.length - sharing.reduce((sum, name) => sum + lack(name), 0);
  const more = Math.max(0, Math.min(spare, share.high - Math.max(size, share.low)));
  const isOver = held.size > share.high || (held.size > share.low && spare < 0);
  return { take: [...own, ...free.slice(0, lack(node) + more)], release: isOver ? Math.max(...held) : null };
}
