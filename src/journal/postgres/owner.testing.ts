import assert from 'node:assert/strict';
import { migrate } from '../../postgres/migrate.ts';
import { openPostgres, type Postgres } from '../../postgres/postgres.ts';
import type { Server } from '../../postgres/testing/server.testing.ts';
import { incoming, planned, start } from '../conformance/journal-samples.testing.ts';
import { postgresHot } from './postgres-hot.ts';

/** Makes a new database with the tables; returns its URL. */
export async function database({ url: urlOf }: Server, name: string): Promise<string> {
  await using admin = openPostgres({ url: urlOf('postgres') });
  await admin.read(`CREATE DATABASE ${name}`);
  const url = urlOf(name);
  await using postgres = openPostgres({ url });
  await migrate(postgres);
  return url;
}

/** A node that owns a partition. `before`: runs before each statement outside a transaction. */
export async function owner(name: string, url: string, partition: number, before?: (text: string) => Promise<void>) {
  const opened = openPostgres({ url, node: name });
  const postgres: Postgres = {
    ...opened,
    async query(text, values) {
      await before?.(text);
      return opened.query(text, values);
    },
  };
  const journal = postgresHot(postgres, { clock: 'database', queueBytesMax: 1e8 });
  const { hot } = journal;
  await hot.leases.beat({ node: name, ttlMs: 60_000, isLeaving: false, now: 0 });
  const [lease] = await hot.leases.take({ node: name, partitions: [partition], now: 0 });
  assert.ok(lease !== undefined, `${name} takes the partition`);
  return {
    ...{ hot, lease, postgres },
    async [Symbol.asyncDispose]() {
      journal[Symbol.dispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

export type Owner = Awaited<ReturnType<typeof owner>>;

/** A request with one event that fires one delivery. */
export const send = ({ hot, lease }: Owner, name: string, identity: string | null = null) =>
  hot.accept({
    ...{ partition: lease.partition, lease, collectorId: 'col_1', receivedAt: start },
    events: [incoming({ name, identity })],
    plan: { lease, deliveries: [{ ...planned({ dueAt: start }), event: 0 }], now: start },
  });
