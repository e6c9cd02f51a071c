import { keyring } from '../../../test/support/storage.ts';
import type { Lease } from '../../journal/journal.ts';
import { sealer } from '../../secrets/sealer.ts';
import { inProcess } from '../../sqlite/in-process.testing.ts';
import type { Client, Operations } from '../../sqlite/operation.ts';
import { sqlitePorts } from '../../storage/sqlite-ports.ts';
import { isFormer, leaseIn, type NodesDatabase } from './nodes-storage.testing.ts';

/** A database in memory, with one adapter for all nodes. */
export async function nodesSqlite(): Promise<NodesDatabase> {
  const sqlite = inProcess();
  const { database } = sqlite;
  const former: Record<string, number> = {};
  const late: string[] = [];
  const owner = database.prepare('SELECT owner, epoch FROM partition_lease WHERE partition = ?');
  const changes = database.prepare('SELECT total_changes() AS count');
  const ownerOf = (partition: number) => owner.get(partition) as Pick<Lease, 'owner' | 'epoch'> | undefined; // its columns

  function client<O extends Operations>(): Client<O> {
    const plain = sqlite.client<O>();
    return {
      read: plain.read,
      async write(name, args, load) {
        const lease = leaseIn(args);
        if (lease === null || !isFormer(lease, ownerOf(lease.partition))) return plain.write(name, args, load);
        former[name] = (former[name] ?? 0) + 1;
        const before = changes.get()?.['count'];
        const written = plain.write(name, args, load);
        // It is done already: calls run at once here.
        if (changes.get()?.['count'] !== before) late.push(`${name} of a former owner changed the database`);
        return written;
      },
    };
  }

  const stores = sqlitePorts({ client });
  const { catalog } = await stores.openCatalog(sealer(keyring));
  const ports = { ...stores, catalog };
  return {
    ports,
    former,
    node: async () => ({ ...ports, async [Symbol.asyncDispose]() {} }),
    late: async () => ({ ...ports, [Symbol.dispose]() {} }),
    ownerOf: async (partition) => ownerOf(partition),
    changedLate: async () => late,
    [Symbol.asyncDispose]: sqlite[Symbol.asyncDispose],
  };
}
