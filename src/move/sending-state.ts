import { numberBits } from '../journal/sqlite/delivery-id-codec.ts';
import { type MovedTable, sameTable } from './moved-table.ts';

const unit = 2 ** numberBits;

const inFlight = { partition: 'smallint', deliveries: 'jsonb', on_trial: 'bigint' } as const;

/** What the owner of a partition keeps beside the deliveries: holds, pauses, rates, and what was in flight. */
export const sendingStateTables: readonly MovedTable[] = [
  {
    kind: 'deliveries in flight',
    table: 'in_flight',
    columns: inFlight,
    order: 'partition',
    sqlite: {
      *read(database) {
        for (const { partition, deliveries, on_trial: trial } of database
          .prepare('SELECT partition, deliveries, on_trial FROM in_flight')
          .iterate())
          yield {
            partition,
            deliveries: (JSON.parse(String(deliveries)) as number[]).map((row) => row % unit),
            on_trial: trial === null ? null : Number(trial) % unit,
          };
      },
      write(database) {
        const insert = database.prepare('INSERT INTO in_flight (partition, deliveries, on_trial) VALUES (?, ?, ?)');
        return (row) => {
          const { partition, deliveries, on_trial: trial } = row as InFlight;
          const first = partition * unit;
          const rows = JSON.stringify(deliveries.map((number) => first + number));
          insert.run(partition, rows, trial === null ? null : first + trial);
        };
      },
    },
  },
  sameTable(
    'holds',
    'gate',
    { scope_id: 'text', reason: 'text', detail: 'free', since: 'bigint', probe_at: 'bigint', probes: 'integer' },
    { order: 'scope_id' },
  ),
  sameTable(
    'pauses',
    'pause',
    { scope_id: 'text', since: 'bigint', until: 'bigint', origin: 'text' },
    { order: 'scope_id' },
  ),
  sameTable(
    'rates',
    'sent_at_rate',
    { partition: 'smallint', scope_id: 'text', text: 'text' },
    { order: 'partition, scope_id' },
  ),
  sameTable(
    'replays',
    'replay',
    {
      id: 'text',
      partition: 'smallint',
      state: 'text',
      input: 'text',
      started_by: 'free',
      created_at: 'bigint',
      finished_at: 'bigint',
      up_to: 'text',
      cursor: 'text',
      is_read: 'boolean',
      total: 'bigint',
      plan_left_out: 'text',
      made: 'bigint',
      left_out: 'text',
      outcome: 'text',
      removed: 'text',
    },
    { order: 'id' },
  ),
  // The steps of one that runs are others in each engine: a move waits for its end.
  sameTable(
    'erasures',
    'erasure',
    {
      id: 'text',
      code: 'text',
      sought: 'free',
      cursor: 'text',
      state: 'text',
      counts: 'text',
      created_at: 'bigint',
      finished_at: 'bigint',
    },
    { order: 'id' },
  ),
];

type InFlight = { partition: number; deliveries: number[]; on_trial: number | null };
