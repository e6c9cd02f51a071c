import { newDatabase } from '../../../test/support/database.ts';
import { awaited, awaitSettles } from '../../../test/support/engine.ts';
import { keyring } from '../../../test/support/storage.ts';
import type { Journal } from '../../journal/journal.ts';
import { postgresDeliveryCommands } from '../../journal/postgres/log/delivery-commands.ts';
import { postgresLog } from '../../journal/postgres/log/postgres-log.ts';
import { postgresHot } from '../../journal/postgres/postgres-hot.ts';
import { postgresReplays } from '../../journal/postgres/replays/postgres-replays.ts';
import { openPostgres } from '../../postgres/postgres.ts';
import { sealer } from '../../secrets/sealer.ts';
import { postgresPorts } from '../../storage/postgres-ports.ts';
import { isFormer, leaseIn, type NodesDatabase } from './nodes-storage.testing.ts';

const options = { clock: 'caller', queueBytesMax: 100_000_000 } as const;

/** Of `deaths`, a node that was presumed dead takes back what others have counted. */
const watched = `
  CREATE TABLE changed_late (what text NOT NULL);
  CREATE FUNCTION note_late() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      place smallint := (CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[1])::smallint;
      name text := substr(current_setting('application_name'), 10);
      lease partition_lease;
    BEGIN
      SELECT * INTO lease FROM partition_lease WHERE partition = place;
      IF lease.owner IS DISTINCT FROM name THEN
        INSERT INTO changed_late VALUES (format('%s of a row of %s of partition %s by %s, its owner is %s',
          TG_OP, TG_ARGV[0], place, name, lease.owner));
      END IF;
      RETURN NULL;
    END $$;
  ${[
    ...['event_group', 'plan_entry', 'delivery', 'attempt_block', 'sent_at_rate', 'owner_status'].map((table) =>
      trigger(table, 'INSERT OR UPDATE OR DELETE'),
    ),
    trigger('waiting', 'INSERT OR DELETE'),
    trigger('waiting', 'UPDATE', 'NEW.deaths >= OLD.deaths'),
    trigger('in_flight', 'INSERT OR UPDATE'),
    trigger('intake', 'UPDATE', 'NEW.epoch = OLD.epoch'),
    trigger('settling', 'UPDATE', 'NEW.epoch = OLD.epoch'),
    trigger('passed_delivery', 'INSERT', 'true', 'source'),
    trigger('passed_delivery', 'DELETE', 'true', 'target'),
  ].join('\n')}`;

/** Each row that changes belongs to a partition whose lease its node has at that time. */
function trigger(table: string, acts: string, when = 'true', column = 'partition'): string {
  return `CREATE TRIGGER late_${acts.toLowerCase().replaceAll(' ', '_')} AFTER ${acts} ON ${table} FOR EACH ROW
    WHEN (${when}) EXECUTE FUNCTION note_late('${table}', '${column}');`;
}

/**
 * A database of the server of this run, on which each node has an adapter and connections of its own. Heartbeats are by the clock of
 * the nodes; statements of several nodes run at once, so that a seed chooses what happens and not in which order PostgreSQL does it.
 */
export async function nodesPostgres(): Promise<NodesDatabase> {
  await using stack = new AsyncDisposableStack();
  const { url, drop } = await newDatabase();
  stack.defer(drop);
  const former: Record<string, number> = {};
  const postgres = stack.use(open('nobody'));
  await postgres.read(watched);
  const ports = stack.use(await portsOn(postgres));

  function open(node: string) {
    return awaited(openPostgres({ url, node }));
  }

  async function portsOn(opened: ReturnType<typeof open>) {
    const stores = postgresPorts(opened, options);
    awaitSettles(stores.journal.hot);
    return { ...stores, catalog: (await stores.openCatalog(sealer(keyring))).catalog };
  }

  async function ownerOf(partition: number) {
    const sql = 'SELECT owner, epoch FROM partition_lease WHERE partition = $1';
    const [row] = await postgres.query<{ owner: string | null; epoch: number }>(sql, [partition]);
    return row;
  }

  /** Counts the writes that carry the lease of a former owner when they begin. */
  function counted<Port extends object>(port: Port, room = ''): Port {
    return new Proxy(port, {
      get(target, key) {
        const part: unknown = Reflect.get(target, key);
        if (typeof part === 'object' && part !== null) return counted(part, String(key));
        if (typeof part !== 'function') return part;
        return async (...given: unknown[]) => {
          const lease = leaseIn(given);
          const kind = kinds[`${room}.${String(key)}`] ?? String(key);
          if (lease !== null && isFormer(lease, await ownerOf(lease.partition))) former[kind] = (former[kind] ?? 0) + 1;
          return Reflect.apply(part, target, given);
        };
      },
    });
  }

  const opened = stack.move();
  return {
    ports,
    former,
    async node(name) {
      const own = open(name);
      const { journal, ...others } = await portsOn(own);
      return {
        ...others,
        journal: { ...journal, hot: counted(journal.hot), log: counted(journal.log) },
        [Symbol.asyncDispose]() {
          journal[Symbol.dispose]();
          return own[Symbol.asyncDispose]();
        },
      };
    },
    async late(lease) {
      const made = postgresHot(postgres, options);
      awaitSettles(made.hot);
      const memory = await made.partitions.memory(lease.partition);
      Object.assign(memory, { epoch: lease.epoch, rows: Promise.resolve(true) });
      const parts = { ...postgres, ...made };
      const log: Journal['log'] = {
        ...postgresLog(postgres, made.words),
        ...postgresDeliveryCommands(parts),
        replays: postgresReplays(parts),
      };
      return {
        journal: { hot: counted(made.hot), log: counted(log) },
        [Symbol.dispose]: () => made[Symbol.dispose](),
      };
    },
    ownerOf,
    async changedLate() {
      return (await postgres.query<{ what: string }>('SELECT DISTINCT what FROM changed_late')).map(({ what }) => what);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The kinds of writes whose name says it only in its port. */
const kinds: Readonly<Record<string, string>> = {
  'leases.release': 'releaseLease',
  'replays.cancelRest': 'cancelReplayed',
};
