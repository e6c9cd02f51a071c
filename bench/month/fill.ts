import { lineOfText, lineText } from '../../src/journal/codec/attempt-codec.ts';
import { packLines } from '../../src/journal/codec/event-codec.ts';
import { linesOf } from '../../src/journal/postgres/event-reader.ts';
import { dayMs, makeDay, tableOf } from '../../src/journal/postgres/housekeeping/day-tables.ts';
import { openPostgres, type Query } from '../../src/postgres/postgres.ts';

/** What a database is filled with: so many events, each with a delivery, in equal parts on the days before today. */
export type Filled = { url: string; days: number; events: number };

/** The events of a row of `event_group`, and the lines of a block. */
const groupEvents = 50;
const blocksAtOnce = 200;
const longMs = 30 * 60_000;

/**
 * Replaces what a stopped node has stored by a history of the same format. The rows of events, and the lines of the logs, are those
 * that it stored, repeated at other places and times; a log is packed again with the numbers of its deliveries. Deliveries go to
 * all destinations in turn, and one in a hundred has failed.
 */
export async function fill({ url, days, events }: Filled): Promise<void> {
  await using postgres = openPostgres({ url, writeMs: longMs });
  const { query } = postgres;
  const groupsOfDay = Math.ceil(events / days / groupEvents);
  const today = Date.now() - (Date.now() % dayMs);
  const targets = await makeTargets(query);
  await keepEvents(query);
  await packLogs(query, Math.ceil((days * groupsOfDay) / targets));
  for (const table of ['event_group', 'plan_entry', 'delivery', 'attempt_block', 'waiting', 'passed_delivery'])
    await query(`TRUNCATE ${table}`);
  const all = Array.from({ length: days }, (_, index) => ({ index, day: today - (days - index) * dayMs }));
  for (const { day } of all) await postgres.transaction((within) => makeDay(within, day));
  const work = all.values();
  await Promise.all(
    [1, 2].map(async () => {
      for (const { index, day } of work)
        await fillDay(query, { day, first: index * groupsOfDay, groups: groupsOfDay, targets });
    }),
  );
  await query(
    `UPDATE intake SET next = $1, position = $1, next_delivery = $2, at = $3, order_at = $3, delivery_at = $3,
       delivery_order_at = $3, counter = counter + 1`,
    [days * groupsOfDay * groupEvents, days * groupsOfDay * groupEvents, today - 1],
  );
  await query('UPDATE settling SET settled = $1, counter = counter + 1', [days * groupsOfDay * groupEvents]);
  for (const table of ['bench_group', 'bench_block', 'bench_target']) await query(`DROP TABLE ${table}`);
  await query('ANALYZE');
  // What was filled is on disk before anything is measured.
  await query('CHECKPOINT');
}

/** A target for each destination of an action, in the partition of its connection; returns how many there are. */
async function makeTargets(query: Query): Promise<number> {
  await query(`CREATE TABLE bench_target AS
    SELECT row_number() OVER (ORDER BY action.id) - 1 AS index, action.id AS action, destination.id AS destination,
      connection.id AS connection, connection.partition
    FROM (SELECT DISTINCT ON (kind, id) kind, id, body::jsonb AS body FROM document_version ORDER BY kind, id, version DESC) AS action
    JOIN (SELECT DISTINCT ON (kind, id) kind, id, body::jsonb AS body FROM document_version ORDER BY kind, id, version DESC) AS destination
      ON destination.kind = 'destination' AND destination.id = action.body #>> '{destinations,0,destinationId}'
    JOIN document AS connection ON connection.kind = 'connection' AND connection.id = destination.body ->> 'connectionId'
    WHERE action.kind = 'action'`);
  await query('INSERT INTO word (text) SELECT action FROM bench_target ON CONFLICT (text) DO NOTHING');
  await query(`INSERT INTO word (text) VALUES ('http_4xx') ON CONFLICT (text) DO NOTHING`);
  await query(`INSERT INTO target (destination, connection, partition) SELECT destination, connection, partition FROM bench_target
    ON CONFLICT (destination, connection, replay, partition) DO NOTHING`);
  const [row] = await query<{ count: number }>('SELECT count(*) AS count FROM bench_target');
  return row?.count ?? 0;
}

/** The groups of events that the node stored. */
async function keepEvents(query: Query): Promise<void> {
  await query(`CREATE TABLE bench_group AS SELECT row_number() OVER () - 1 AS index, collector, events FROM event_group
    WHERE count = ${groupEvents}`);
  const [row] = await query<{ count: number }>('SELECT count(*) AS count FROM bench_group');
  if ((row?.count ?? 0) === 0) throw new Error('The node has stored no group of events to repeat.');
}

/** The logs of a destination: deliveries of all destinations have the same numbers, each in its own partition. */
async function packLogs(query: Query, count: number): Promise<void> {
  await query('CREATE TABLE bench_block (index bigint PRIMARY KEY, lines bytea)');
  const blocks = await query<{ lines: Buffer }>('SELECT lines FROM attempt_block ORDER BY length(lines) DESC LIMIT 50');
  const lines = blocks
    .flatMap((block) => linesOf(block.lines))
    .slice(0, groupEvents)
    .map((text) => lineOfText(text)[1]);
  if (lines.length < groupEvents) throw new Error('The node has stored too few logs to repeat.');
  for (let from = 0; from < count; from += blocksAtOnce) {
    const some = Array.from({ length: Math.min(blocksAtOnce, count - from) }, (_, step) => from + step);
    const packed = some.map((index) =>
      Buffer.from(packLines(lines.map((line, at) => lineText(index * groupEvents + at + 1, null, line)).join('\n'))),
    );
    await query('INSERT INTO bench_block SELECT * FROM unnest($1::bigint[], $2::bytea[])', [some, packed]);
  }
}

type Day = { day: number; first: number; groups: number; targets: number };

/** The groups of a day, at equal distances, each with the deliveries of its events to one destination. */
async function fillDay(query: Query, { day, first, groups, targets }: Day): Promise<void> {
  const values = [day, first, groups, targets];
  const each = `
    SELECT q % 64 AS partition, q / 64 * ${groupEvents} AS first, $1::bigint + (q - $2::bigint) * ${dayMs} / $3::bigint AS at,
      q / $4::bigint AS turn, q % $4::bigint AS turned, q
    FROM generate_series($2::bigint, $2::bigint + $3::bigint - 1) AS q`;
  await query(
    `INSERT INTO ${tableOf('event_group', day)} (partition, first, count, received_at, order_at, collector, events)
     SELECT partition, first, ${groupEvents}, at, at, collector, events FROM (${each}) AS one
     JOIN bench_group ON bench_group.index = q % (SELECT count(*) FROM bench_group)`,
    values,
  );
  await query(
    `INSERT INTO ${tableOf('plan_entry', day)} (partition, first, count, created_at, order_at, deliveries)
     SELECT of.partition, turn * ${groupEvents} + 1, ${groupEvents}, at, at, jsonb_build_array(jsonb_build_object(
       'target', target.id, 'action', word.id, 'actionVersion', 1, 'destinationVersion', 1, 'dueAt', at, 'test', false,
       'orderKey', null, 'event', jsonb_build_array(one.partition, at),
       'rows', (SELECT jsonb_agg(jsonb_build_array(i, one.first + i, null)) FROM generate_series(0, ${groupEvents - 1}) AS i)))
     FROM (${each}) AS one JOIN bench_target AS of ON of.index = turned JOIN word ON word.text = of.action
     JOIN target ON target.destination = of.destination AND target.partition = of.partition AND target.replay = ''`,
    values,
  );
  await query(
    `INSERT INTO ${tableOf('attempt_block', day)} (partition, id, lines)
     SELECT of.partition, (at + 5) * 4096, lines FROM (${each}) AS one JOIN bench_target AS of ON of.index = turned
     JOIN bench_block ON bench_block.index = turn`,
    values,
  );
  await query(
    `INSERT INTO ${tableOf('delivery', day)} (partition, number, created_at, order_at, event_partition, event_number, event_at,
       action, action_version, target, destination_version, status, test, error_kind, attempts, exchanges, finished_at, block,
       rendered_block, response_status)
     SELECT of.partition, turn * ${groupEvents} + 1 + i, at, at, one.partition, one.first + i, at, word.id, 1, target.id, 1,
       CASE WHEN i = 7 AND q % 2 = 0 THEN 4 ELSE 3 END, false, CASE WHEN i = 7 AND q % 2 = 0 THEN kind.id END, 1, 1, at + 5,
       (at + 5) * 4096, (at + 5) * 4096, CASE WHEN i = 7 AND q % 2 = 0 THEN 404 END
     FROM (${each}) AS one JOIN bench_target AS of ON of.index = turned JOIN word ON word.text = of.action
     JOIN target ON target.destination = of.destination AND target.partition = of.partition AND target.replay = ''
     JOIN word AS kind ON kind.text = 'http_4xx', generate_series(0, ${groupEvents - 1}) AS i`,
    values,
  );
}
