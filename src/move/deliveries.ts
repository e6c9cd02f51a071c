import { statusCodes } from '../journal/codec/status-codes.ts';
import { numberBits } from '../journal/sqlite/delivery-id-codec.ts';
import { clockBreaks } from './clock-breaks.ts';
import { type MovedTable, reading, writing } from './moved-table.ts';

const eventBits = 48;
const low = 2 ** numberBits - 1;

const delivery = {
  partition: 'smallint',
  number: 'bigint',
  created_at: 'bigint',
  order_at: 'bigint',
  event_partition: 'smallint',
  event_number: 'bigint',
  event_at: 'bigint',
  action: 'integer',
  action_version: 'integer',
  target: 'integer',
  destination_version: 'integer',
  status: 'smallint',
  due_at: 'bigint',
  test: 'boolean',
  reason: 'integer',
  error_kind: 'integer',
  attempts: 'integer',
  exchanges: 'integer',
  schedule_step: 'integer',
  waited_ms: 'bigint',
  deaths: 'smallint',
  finished_at: 'bigint',
  block: 'bigint',
  rendered_block: 'bigint',
  response_status: 'smallint',
  detail: 'free',
  order_key: 'bigint',
  replay_of_partition: 'smallint',
  replay_of: 'bigint',
  replay_of_at: 'bigint',
  replay_key: 'text',
  bodies_until: 'bigint',
} as const;

/** Columns that both engines have under the same name. */
const same = [
  ...[
    'created_at',
    'event_at',
    'action',
    'action_version',
    'target',
    'destination_version',
    'status',
    'due_at',
    'test',
  ],
  ...['reason', 'error_kind', 'attempts', 'exchanges', 'schedule_step', 'waited_ms', 'deaths', 'finished_at'],
  ...['response_status', 'detail', 'order_key', 'replay_of_at', 'replay_key', 'bodies_until', 'is_behind'],
].join(', ');

/** Blocks get other ids, in the temporary table `moved_block`. */
const blockOf = (column: string) =>
  `coalesce((SELECT moved FROM temp.moved_block WHERE id = ${column}), ${column}) AS ${column}`;

const select = `SELECT number >> ${numberBits} AS partition, number & ${low} AS number, created_at AS order_at,
  event >> ${eventBits} AS event_partition, event & ${2 ** eventBits - 1} AS event_number,
  replay_of >> ${numberBits} AS replay_of_partition, replay_of & ${low} AS replay_of,
  ${blockOf('block')}, ${blockOf('rendered_block')}, ${same} FROM delivery`;

const insert = `INSERT INTO delivery (number, event, replay_of, block, rendered_block, ${same})
  VALUES ((:partition << ${numberBits}) | :number, (:event_partition << ${eventBits}) | :event_number,
    (:replay_of_partition << ${numberBits}) | :replay_of, :block, :rendered_block, ${same.replaceAll(/\w+/g, ':$&')})`;

function deliveryTable(
  kind: string,
  table: 'delivery' | 'waiting',
  more: { from?: string; columns: MovedTable['columns']; where: string },
): MovedTable {
  const { where, ...rest } = more;
  const written = { ...rest.columns, is_behind: 'boolean' } as const;
  return {
    ...{ kind, table, order: 'partition, number', derived: ['order_at'] },
    ...rest,
    sqlite: {
      read: function* (database) {
        const orderAt = clockBreaks(database);
        for (const row of reading(rest.columns, `${select} WHERE ${where} ORDER BY delivery.number`)(database)) {
          const { partition, number, created_at: at } = row as Record<string, number>;
          row['order_at'] = orderAt(-1 - (partition ?? 0), (partition ?? 0) * 2 ** numberBits + (number ?? 0), at ?? 0);
          yield row;
        }
      },
      write: (database) => {
        const write = writing(written, insert)(database);
        return (row) => write({ is_behind: false, ...row });
      },
    },
  };
}

/** Deliveries keep their ids. SQLite has finished and unfinished ones in one table. */
export const deliveryTables: readonly MovedTable[] = [
  deliveryTable('finished deliveries', 'delivery', { columns: delivery, where: `status > ${statusCodes.held}` }),
  deliveryTable('unfinished deliveries', 'waiting', {
    columns: { ...delivery, is_behind: 'boolean' },
    where: `status <= ${statusCodes.held}`,
    // Those that are in plan entries alone get a row.
    from: '(SELECT * FROM waiting UNION ALL SELECT * FROM open_delivery) AS moved',
  }),
];
