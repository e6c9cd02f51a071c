import { inTurn } from '../../async/in-turn.ts';
import { saveLostWrites } from '../../postgres/lost-writes.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import type { Lease } from '../leases.ts';
import type { LostWrites } from '../lost-writes.ts';

/**
 * What the owner of a partition knows of it, so that nothing is read before a write. As in the tables `intake` and `settling`;
 * changed after each commit.
 */
export type Memory = {
  readonly partition: number;
  readonly epoch: number;
  intake: IntakeState;
  /** The counter of the fence of settles. */
  counter: number;
  /** The deliveries that are in plan entries alone, by number, ascending. */
  readonly open: Map<number, OpenDelivery>;
  /** Makes rows of what the former owner left open, see `takeRows`; null: not begun. */
  rows: Promise<boolean> | null;
  /** By how much the clock was set back, at most, since `followClock` was told. */
  setBackMs: number;
};

export type IntakeState = {
  counter: number;
  next: number;
  position: number;
  at: number;
  orderAt: number;
  nextDelivery: number;
  deliveryAt: number;
  deliveryOrderAt: number;
};

/** What a settle needs of a delivery that has no row. */
export type OpenDelivery = {
  createdAt: number;
  orderAt: number;
  event: { partition: number; number: number; timeMs: number } | null;
  /** Numbers of words and targets. */
  action: number | null;
  target: number;
  actionVersion: number | null;
  destinationVersion: number;
  dueAt: number | null;
  test: boolean;
  orderKey: number | null;
  replayOf: ReplayOf | null;
  /** When it was created, by `performance.now()`. */
  since: number;
};

export type ReplayOf = { partition: number; number: number; timeMs: number; key: string | null };

/** What this process remembers of the partitions on which it works. */
export type PartitionMemory = {
  /** What is known of a partition; read when it is not. */
  memory(partition: number): Promise<Memory>;
  /** What is known under this lease, after rows were made of what the former owner left open; null: it is stale. */
  held(lease: Pick<Lease, 'partition' | 'epoch'>): Promise<Memory | null>;
  /** This process took its lease. */
  taken(lease: Pick<Lease, 'partition' | 'epoch'>): void;
  /** The same as `held` under the lease that this process took last; null: another node has taken a later one, or it took none. */
  own(partition: number): Promise<Memory | null>;
  /** Another node may have changed it: what is known is read again. */
  forget(partition: number): void;
  /** A write of the intake was committed from this memory: if the partition was read again in the meantime, that was before it. */
  written(memory: Memory): void;
  /**
   * Whether a write of the intake after this counter was committed is not known, and its caller got an error. If it was, the owner
   * would not know the deliveries: it then loses the partition, and takes it again with what is stored.
   */
  doubt(partition: number, last: { epoch: number; counter: number }): void;
  /** The partitions that are known now. */
  known(): Iterable<Memory>;
  /** Reads again each partition that a failover has set back, on which its owner may have no write to notice it by. */
  check(): Promise<void>;
  /** What failovers have lost, once each. */
  takeLost(): LostWrites[];
  /** Changes of the deliveries of a partition are one after the other: a settle reads what it then writes. */
  inTurn<T>(partition: number, work: () => Promise<T>): Promise<T>;
};

type Row = IntakeState & { epoch: number; settleEpoch: number; settleCounter: number };

export function createPartitionMemory(query: Query): PartitionMemory {
  const known = new Map<number, Promise<Memory>>();
  const loaded = new Map<number, Memory>();
  const doubts = new Map<number, { epoch: number; counter: number }>();
  /** What was known last, of those that are read again. */
  const last = new Map<number, Known>();
  let lost: LostWrites[] = [];
  /** The epochs of the leases that this process took last, by partition. */
  const epochs = new Map<number, number>();
  const turns = new Map<number, ReturnType<typeof inTurn>>();

  async function load(partition: number): Promise<Memory> {
    const doubt = doubts.get(partition);
    const isRefused = doubt !== undefined && (await refuseLate(query, [{ partition, ...doubt }]));
    if (isRefused && doubts.get(partition) === doubt) doubts.delete(partition);
    await query(
      `WITH held AS (SELECT coalesce((SELECT epoch FROM partition_lease WHERE partition = $1 AND owner IS NOT NULL), 0) AS epoch),
         intake AS (INSERT INTO intake (partition, epoch) SELECT $1, epoch FROM held ON CONFLICT DO NOTHING)
       INSERT INTO settling (partition, epoch) SELECT $1, epoch FROM held ON CONFLICT DO NOTHING`,
      [partition],
    );
    const [row] = await query<Row>(
      `SELECT intake.epoch, intake.counter, next, position, at, order_at AS "orderAt", next_delivery AS "nextDelivery",
         delivery_at AS "deliveryAt", delivery_order_at AS "deliveryOrderAt", settling.epoch AS "settleEpoch",
         settling.counter AS "settleCounter"
       FROM intake JOIN settling USING (partition) WHERE partition = $1`,
      [partition],
    );
    if (row === undefined) throw new Error(`Partition ${partition} has no row.`);
    const before = last.get(partition);
    const hasUnknown = !isRefused && row.epoch === doubt?.epoch && row.counter > doubt.counter;
    const hasLost = before !== undefined && isSetBack(before, row);
    if (hasLost) {
      const own = { partition, ...lostOf(before, row) };
      await saveLostWrites(query, partition, { at: Date.now(), ...own });
      lost.push(own);
    }
    // What lost writes made is in the memory of the process still.
    if (hasUnknown || (hasLost && row.epoch === before.epoch)) {
      await disown(query, partition, row.epoch);
      row.epoch = 0;
    }
    if (doubts.get(partition) === doubt) doubts.delete(partition);
    last.delete(partition);
    const { epoch, settleEpoch: _, settleCounter: counter, ...intake } = row;
    return { partition, epoch, intake, counter, open: new Map(), rows: null, setBackMs: 0 };
  }

  const partitions: PartitionMemory = {
    memory(partition) {
      let found = known.get(partition);
      if (found === undefined) {
        found = load(partition);
        known.set(partition, found);
        found.then(
          (memory) => {
            if (known.get(partition) === found) loaded.set(partition, memory);
          },
          () => {
            if (known.get(partition) === found) known.delete(partition);
          },
        );
      }
      return found;
    },
    async held({ partition, epoch }) {
      let memory = await partitions.memory(partition);
      if (memory.epoch < epoch) {
        // It was read before this lease was taken.
        partitions.forget(partition);
        memory = await partitions.memory(partition);
      }
      if (memory.epoch !== epoch) return null;
      if (await takeRows(query, memory)) return memory;
      partitions.forget(partition);
      return partitions.held({ partition, epoch });
    },
    taken: ({ partition, epoch }) => void epochs.set(partition, epoch),
    async own(partition) {
      const epoch = epochs.get(partition);
      return epoch === undefined ? null : partitions.held({ partition, epoch });
    },
    forget(partition) {
      const memory = loaded.get(partition);
      if (memory !== undefined) last.set(partition, knownOf(memory));
      known.delete(partition);
      loaded.delete(partition);
    },
    written(memory) {
      if (loaded.get(memory.partition) !== memory) partitions.forget(memory.partition);
    },
    doubt: (partition, last) => void doubts.set(partition, last),
    known: () => loaded.values(),
    async check() {
      const before = new Map(
        Array.from(loaded.values(), (memory) => [memory.partition, { memory, ...knownOf(memory) }]),
      );
      const rows = await query<Pick<Row, 'counter' | 'settleCounter'> & { partition: number }>(
        `SELECT partition, intake.counter, settling.counter AS "settleCounter"
         FROM intake JOIN settling USING (partition) WHERE partition = ANY ($1)`,
        [[...before.keys()]],
      );
      for (const row of rows) {
        const known = before.get(row.partition);
        if (known === undefined || !isSetBack(known, row) || loaded.get(row.partition) !== known.memory) continue;
        partitions.forget(row.partition);
        await partitions.memory(row.partition);
      }
    },
    takeLost() {
      const taken = lost;
      lost = [];
      return taken;
    },
    inTurn(partition, work) {
      let turn = turns.get(partition);
      if (turn === undefined) {
        turn = inTurn();
        turns.set(partition, turn);
      }
      return turn(work);
    },
  };
  return partitions;
}

/** What an owner knew of a partition. */
type Known = { epoch: number; counter: number; settleCounter: number; next: number; nextDelivery: number; at: number };

const knownOf = ({ epoch, counter: settleCounter, intake }: Memory): Known => ({ ...intake, epoch, settleCounter });

/** Whether a failover has lost committed writes: no counter ever falls otherwise, with any owner. */
const isSetBack = (before: Known, row: Pick<Row, 'counter' | 'settleCounter'>): boolean =>
  row.counter < before.counter || row.settleCounter < before.settleCounter;

function lostOf(before: Known, row: Row): Omit<LostWrites, 'partition'> {
  const writes = Math.max(0, before.counter - row.counter) + Math.max(0, before.settleCounter - row.settleCounter);
  return {
    writes,
    events: Math.max(0, before.next - row.next),
    deliveries: Math.max(0, before.nextDelivery - row.nextDelivery),
    from: row.at === 0 ? null : row.at,
    to: Math.max(before.at, row.at),
  };
}

/**
 * Makes a write of the intake impossible that may still wait in the server, of all its partitions; or waits until it has ended.
 * Whether it is now refused; otherwise the counters tell whether it was committed.
 */
export async function refuseLate(
  query: Query,
  writes: readonly { partition: number; epoch: number; counter: number }[],
): Promise<boolean> {
  const refused = await query(
    `UPDATE intake SET counter = counter + 1 FROM (
         SELECT held.partition FROM jsonb_to_recordset($1) AS late (partition smallint, epoch bigint, counter bigint)
         JOIN intake AS held USING (partition, epoch, counter) ORDER BY held.partition FOR UPDATE OF held) AS late
     WHERE intake.partition = late.partition RETURNING 1`,
    [JSON.stringify(writes)],
  );
  return refused.length > 0;
}

/** Ends the lease of a partition, so that its owner takes it again. */
async function disown(query: Query, partition: number, epoch: number): Promise<void> {
  await query(
    `WITH disowned AS (UPDATE partition_lease SET owner = NULL, epoch = epoch + 1 WHERE partition = $1 AND epoch = $2
         RETURNING partition),
       intake AS (UPDATE intake SET epoch = 0 FROM disowned WHERE intake.partition = disowned.partition)
     UPDATE settling SET epoch = 0 FROM disowned WHERE settling.partition = disowned.partition`,
    [partition, epoch],
  );
}

/**
 * Gives every open delivery of a partition with a number below `upTo` a row in `waiting`. Call it in the turn of the partition.
 * false: another owner has come, and nothing is written.
 */
export async function makeRows(query: Query, memory: Memory, upTo = memory.intake.nextDelivery): Promise<boolean> {
  if (!(await writeRows(query, memory, upTo))) return false;
  rowsWritten(memory, upTo);
  return true;
}

/** The same for those with a number below `upTo`, in a transaction: call `rowsWritten` after the commit. */
export async function writeRows(query: Query, memory: Memory, upTo: number): Promise<boolean> {
  const rows = await query(
    `WITH fence AS (UPDATE settling SET counter = counter + 1, settled = greatest(settled, $4)
         WHERE partition = $1 AND epoch = $2 AND counter = $3 RETURNING partition),
       made AS (INSERT INTO waiting
         SELECT partition, number, created_at, order_at, event_partition, event_number, event_at, action, action_version, target,
           destination_version, status, due_at, test, reason, error_kind, attempts, exchanges, schedule_step, waited_ms, deaths,
           finished_at, block, rendered_block, response_status, detail, order_key, replay_of_partition, replay_of, replay_of_at,
           replay_key, bodies_until,
           order_key IS NOT NULL AND (row_number() OVER (PARTITION BY order_key ORDER BY number) > 1 OR EXISTS (
             SELECT FROM waiting WHERE waiting.order_key = open.order_key AND waiting.partition = open.partition
               AND waiting.number < open.number)) AS is_behind
         FROM fence JOIN LATERAL open_deliveries(fence.partition) AS open USING (partition) WHERE open.number < $4)
     SELECT 1 FROM fence`,
    [memory.partition, memory.epoch, memory.counter, upTo],
  );
  return rows.length > 0;
}

/** What \`writeRows\` wrote was committed. */
export function rowsWritten(memory: Memory, upTo: number): void {
  memory.counter += 1;
  for (const number of memory.open.keys()) if (number < upTo) memory.open.delete(number);
}

/** Makes rows of what the former owner of a partition left open, once. false: the memory is of before, and nothing is written. */
async function takeRows(query: Query, memory: Memory): Promise<boolean> {
  memory.rows ??= (async () => {
    if (!(await makeRows(query, memory))) return false;
    await promoteAll(query, memory.partition);
    return true;
  })();
  return memory.rows.catch((error: unknown) => {
    memory.rows = null;
    throw error;
  });
}

/** Makes the first waiting delivery of each of these order keys of a partition the first in line. */
export async function promote(query: Query, partition: number, keys: readonly number[]): Promise<void> {
  await query(
    `UPDATE waiting SET is_behind = false FROM (
         SELECT order_key, min(number) AS number FROM waiting WHERE partition = $1 AND order_key = ANY ($2) GROUP BY order_key
       ) AS first
     WHERE partition = $1 AND waiting.order_key = first.order_key AND waiting.number = first.number AND is_behind`,
    [partition, keys],
  );
}

/** The same for all keys of a partition: its former owner may have ended before it did. */
async function promoteAll(query: Query, partition: number): Promise<void> {
  await query(
    `UPDATE waiting SET is_behind = false FROM (
         SELECT order_key, min(number) AS number FROM waiting WHERE partition = $1 AND order_key IS NOT NULL GROUP BY order_key
       ) AS first
     WHERE partition = $1 AND waiting.order_key = first.order_key AND waiting.number = first.number AND is_behind`,
    [partition],
  );
}

/**
 * Runs a change of the deliveries of a lease's partition in a transaction, in its turn, after all of them have rows. A later owner
 * waits for it. null: the lease is stale, and nothing was done. `keys`: the order keys in whose lines it changed something.
 */
export async function changeUnder<T>(
  { transaction, query }: Pick<Postgres, 'transaction' | 'query'>,
  partitions: PartitionMemory,
  lease: Lease,
  work: (query: Query, keys: Set<number>) => Promise<T>,
): Promise<T | null> {
  return partitions.inTurn(lease.partition, async () => {
    const memory = await partitions.held(lease);
    if (memory === null) return null;
    if (memory.open.size > 0 && !(await makeRows(query, memory))) {
      partitions.forget(lease.partition);
      return null;
    }
    return transaction(async (within) => {
      const held = await within(
        'SELECT 1 FROM partition_lease WHERE partition = $1 AND owner = $2 AND epoch = $3 FOR UPDATE',
        [lease.partition, lease.owner, lease.epoch],
      );
      if (held.length === 0) return null;
      const keys = new Set<number>();
      const result = await work(within, keys);
      if (keys.size > 0) await promote(within, lease.partition, [...keys]);
      return result;
    });
  });
}
