import type { Change } from '../../catalog/catalog.ts';
import type { Documents } from './documents.ts';

/** By connection, as the catalog has them. */
export type ConnectionPartitions = ReadonlyMap<string, number>;

/**
 * Gives each new connection of some changes the partition with the fewest connections; of several, the last one. One that
 * is restored keeps its own.
 */
export function withPartitions(
  changes: readonly Change[],
  of: { count: number; partitions: ConnectionPartitions; connections: Documents['connection'] },
): readonly Change[] {
  const known = new Map(of.partitions);
  const isNew = ({ op, document: { kind, id } }: Change) => op === 'put' && kind === 'connection' && !known.has(id);
  if (of.count === 1 || !changes.some(isNew)) return changes;
  const counts = Array.from({ length: of.count }, () => 0);
  const count = (partition: number) => {
    counts[partition] = (counts[partition] ?? 0) + 1;
  };
  const restored = changes.flatMap(({ op, document: { id } }) => (op === 'put' && known.has(id) ? id : []));
  for (const id of new Set([...of.connections.keys(), ...restored])) count(known.get(id) ?? 0);
  return changes.map((change) => {
    if (!isNew(change)) return change;
    const partition = counts.lastIndexOf(Math.min(...counts));
    count(partition);
    known.set(change.document.id, partition);
    return { ...change, partition };
  });
}

/** The partitions after changes that are stored. */
export function partitionsAfter(partitions: ConnectionPartitions, changes: readonly Change[]): ConnectionPartitions {
  const after = new Map(partitions);
  for (const change of changes) {
    const { kind, id } = change.document;
    if (change.op === 'put' && kind === 'connection' && !after.has(id)) after.set(id, change.partition ?? 0);
  }
  return after.size === partitions.size ? partitions : after;
}
