import type { Roster } from '../journal/journal.ts';

/** What a node does next about the partitions: those to take now, and one to give away. */
export type Moves = { take: number[]; release: number | null };

/**
 * Every node takes free partitions up to the share of each, rounded down, and one more if so many are free that the others
 * get theirs. A node that has more, or as many while another node has less and no partition is free, gives one away. So
 * all partitions have an owner, no node has two more than another, and none moves without need.
 */
export function movesOf(of: {
  node: string;
  /** How many partitions there are. */
  count: number;
  roster: Roster;
  /** What the node holds by its own memory. */
  held: ReadonlySet<number>;
}): Moves {
  const { node, count, roster, held } = of;
  const alive = new Set(roster.nodes.map(({ name }) => name));
  const sharing = roster.nodes.flatMap(({ name, isLeaving }) => (isLeaving ? [] : name)).sort();
  const place = sharing.indexOf(node);
  if (place < 0) return { take: [], release: null };
  const owners = new Map(roster.partitions.map(({ partition, owner }) => [partition, owner]));
  const isFree = (partition: number) => {
    const owner = owners.get(partition) ?? null;
    return owner === null || !alive.has(owner) || (owner === node && !held.has(partition));
  };
  const share = { low: Math.floor(count / sharing.length), high: Math.ceil(count / sharing.length) };
  // Nodes begin at different partitions, so that they seldom want the same one.
  const first = Math.floor((place * count) / sharing.length);
  const free = Array.from({ length: count }, (_, index) => (first + index) % count).filter(isFree);
  const counts = new Map<string, number>();
  for (const owner of owners.values()) if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const lack = (name: string) => Math.max(0, share.low - (name === node ? held.size : (counts.get(name) ?? 0)));
  const spare = free.length - sharing.reduce((sum, name) => sum + lack(name), 0);
  const more = Math.max(0, Math.min(spare, share.high - Math.max(held.size, share.low)));
  const isOver = held.size > share.high || (held.size > share.low && spare < 0);
  return { take: free.slice(0, lack(node) + more), release: isOver ? Math.max(...held) : null };
}
