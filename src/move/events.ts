import { identityHash } from '../journal/codec/identity-hash.ts';
import { numberBits } from '../journal/sqlite/delivery-id-codec.ts';
import { movedCollector } from '../journal/sqlite/identities.ts';
import { clockBreaks } from './clock-breaks.ts';
import { type MovedTable, reading, sameTable, writing } from './moved-table.ts';

/** The low bits of a place in SQLite are the number of the event, the others its partition. */
const eventBits = 48;
const lowBits = (bits: number) => 2 ** bits - 1;

const partition = {
  partition: 'smallint',
  next: 'bigint',
  position: 'bigint',
  at: 'bigint',
  order_at: 'bigint',
  next_delivery: 'bigint',
  delivery_at: 'bigint',
  delivery_order_at: 'bigint',
} as const;

const group = {
  partition: 'smallint',
  first: 'bigint',
  count: 'integer',
  received_at: 'bigint',
  order_at: 'bigint',
  collector: 'integer',
  events: 'bytea',
} as const;

const seen = { hash: 'bytea', at: 'bigint', partition: 'smallint', number: 'bigint', event_at: 'bigint' } as const;

const partitionSql = `
  SELECT partition, coalesce(e.next, 0) AS next, coalesce(e.position, 0) AS position, coalesce(e.last_at, 0) AS at,
    coalesce(d.next & ${lowBits(numberBits)}, 1) AS next_delivery, coalesce(d.last_at, 0) AS delivery_at,
    NULL AS order_at, NULL AS delivery_order_at
  FROM (SELECT partition FROM event_partition UNION SELECT partition FROM delivery_partition)
  LEFT JOIN event_partition AS e USING (partition) LEFT JOIN delivery_partition AS d USING (partition)`;

/** The events, where each partition stands, and the identities of the last day. */
export const eventTables: readonly MovedTable[] = [
  sameTable('words', 'word', { id: 'integer', text: 'text' }, { order: 'id' }),
  sameTable(
    'queues',
    'target',
    { id: 'integer', destination: 'text', connection: 'text', replay: 'text', partition: 'smallint' },
    { order: 'id' },
  ),
  {
    kind: 'partitions',
    table: 'intake',
    columns: partition,
    order: 'partition',
    derived: ['order_at', 'delivery_order_at'],
    sqlite: {
      read: function* (database) {
        const orderAt = clockBreaks(database);
        for (const row of reading(partition, partitionSql)(database)) {
          const { partition: of, at, delivery_at: deliveryAt } = row as Record<string, number>;
          row['order_at'] = orderAt(of ?? 0, Number.MAX_SAFE_INTEGER, at ?? 0);
          row['delivery_order_at'] = orderAt(-1 - (of ?? 0), Number.MAX_SAFE_INTEGER, deliveryAt ?? 0);
          yield row;
        }
      },
      write: writing(
        partition,
        'INSERT OR REPLACE INTO event_partition (partition, next, position, last_at) VALUES (:partition, :next, :position, :at)',
        `INSERT OR REPLACE INTO delivery_partition (partition, next, last_at)
         VALUES (:partition, (:partition << ${numberBits}) | :next_delivery, :delivery_at)`,
      ),
    },
  },
  {
    kind: 'events',
    counts: 'count',
    table: 'event_group',
    columns: group,
    order: 'partition, first',
    derived: ['order_at'],
    sqlite: {
      read: function* (database) {
        const orderAt = clockBreaks(database);
        for (const row of reading(
          group,
          `SELECT place >> ${eventBits} AS partition, place & ${lowBits(eventBits)} AS first, count, received_at,
             received_at AS order_at, collector, events FROM event_group ORDER BY place`,
        )(database)) {
          row['order_at'] = orderAt(Number(row['partition']), Number(row['first']), Number(row['received_at']));
          yield row;
        }
      },
      write: writing(
        group,
        `INSERT INTO event_group (place, count, received_at, collector, events)
         VALUES ((:partition << ${eventBits}) | :first, :count, :received_at, :collector, :events)`,
      ),
    },
  },
  {
    kind: 'identities of events',
    table: 'seen',
    columns: seen,
    order: 'hash',
    derived: ['event_at'],
    sqlite: {
      read: function* (database) {
        const sql = `SELECT word.text AS collector, identity, NULL AS hash, at, place >> ${eventBits} AS partition,
            place & ${lowBits(eventBits)} AS number, ${eventAt} AS event_at
          FROM seen AS one LEFT JOIN word ON word.id = collector`;
        for (const row of reading({ ...seen, collector: 'text', identity: 'text' }, sql)(database)) {
          const { collector, identity, ...same } = row;
          // What came from PostgreSQL has no collector and is a hash already.
          const hash = collector === null ? String(identity) : identityHash(String(collector), String(identity));
          yield { ...same, hash: Buffer.from(hash, 'hex') };
        }
      },
      write: (database) => {
        const insert = database.prepare(
          `INSERT INTO seen (collector, identity, at, place) VALUES (${movedCollector}, ?, ?, (? << ${eventBits}) | ?)`,
        );
        return ({ hash, at, partition: of, number }) =>
          insert.run((hash as Buffer).toString('hex'), Number(at), Number(of), Number(number)); // by `seen`
      },
    },
  },
];

/** The time of the event at a place, which an identity can outlive. */
const eventAt = `coalesce((SELECT received_at FROM event_group WHERE event_group.place <= one.place
  ORDER BY event_group.place DESC LIMIT 1), one.at)`;
