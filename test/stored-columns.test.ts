import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movedTables } from '../src/move/copy.ts';
import { postgresDatabase } from '../src/postgres/testing/database.testing.ts';
import { openStorage } from './support/storage.ts';

// Whoever adds a column that can have texts says here what an erasure does with it, and whoever adds a table, whether it is moved.

type Column = { table: string; column: string; type: string };

/** Columns by what an erasure does with them: `table.column …`. */
type Treatments = Readonly<Record<string, string>>;

const onBoth: Treatments = {
  'blanked, removed or searched by the steps of an erasure': `event_group.events attempt_block.lines batch_exchange.members
    batch_exchange.exchange delivery.detail delivery.replay_key gate.detail owner_status.status replay.input issue.body
    erasure.sought`,
  'of these, alert messages by the steps of an erasure, parameters and traces by each node': 'note.text',
  'removed by each node, which a listener of the eraser tells': `kept_response.headers kept_response.body
    rejected_request.body`,
  'ids of this program, words of closed lists, and times as texts': `gate.reason gate.scope_id pause.scope_id
    sent_at_rate.scope_id owner_status.connection target.destination target.connection target.replay replay.id replay.state
    replay.up_to batch_exchange.id document.kind document.id document_version.kind document_version.id
    document_version.created_at document_version.updated_at unapplied_change.kind unapplied_change.id erasure.id
    erasure.state issue.id statistics.kind statistics.id rejected_request.id rejected_request.collector_id audit_entry.created_at
    audit_entry.act audit_entry.kind audit_entry.id audit_entry.result note.name passed_delivery.replay word.text`,
  'numbers and times alone': `sent_at_rate.text in_flight.deliveries presumed_death.deliveries passed_delivery.deliveries
    replay.cursor replay.plan_left_out replay.left_out replay.outcome replay.removed statistics.counters erasure.cursor
    erasure.counts`,
  'hashes, with a key where the text can be guessed': `audit_entry.hash kept_response.place kept_response.digest
    erasure.code`,
  'names of nodes': `node.name partition_lease.owner in_flight.owner presumed_death.node command.taken_by kept_response.epoch`,
  'what people who sign in have written or are': `document_version.body document_version.updated_by audit_entry.body
    audit_entry.principal audit_entry.principal_id sign_in_attempt.key replay.started_by kept_response.principal
    kept_response.rights`,
  'addresses of destinations, without path': 'pause.origin',
};

const onPostgres: Treatments = {
  'searched, or removed with what it is of': 'waiting.detail waiting.replay_key issue.fingerprint seen.hash',
  'removed by each node, which a listener of the eraser tells': 'rejected_request.sent',
  'sealed, and waited for until they are removed': 'command.body command.response',
  'ids and numbers alone': 'plan_entry.deliveries rejected_request.key',
  'a hash': 'audit_head.hash',
  'what people who sign in have written or are': 'document.deleted_by account.kind account.id account.body',
};

const onSqlite: Treatments = {
  'removed with the events': 'seen.identity visitor_marks.marks',
  'not in embedded mode, which asks no other node': 'command.body command.response',
  'ids and numbers alone': `passed_delivery.rows statistics_rolled_up.kind statistics_rolled_up.id connection_partition.id
    deleted_document.kind deleted_document.id`,
  'what people who sign in have written or are': 'deleted_document.deleted_by account_*',
};

/** Tables that `millrace move` leaves, or moves as parts of another one, by the reason. */
const notMoved: Readonly<Record<string, string>> = {
  'of living nodes': 'node partition_lease owner_status command',
  'nothing is in it, or the move is refused': 'passed_delivery',
  'of the engine alone, and made anew': 'partition_count settling schema_version visitor_marks erased_event',
  'of crashes before the last one, which are counted anew': 'presumed_death',
  'as rows of waiting deliveries': 'plan_entry',
  'of other tables in the other engine': `account_* clock_break connection_partition deleted_document delivery_partition
    event_partition statistics_rolled_up`,
};

/** Columns of moved tables that are not moved, by the reason. */
const anew: Treatments = {
  'of the lease of a partition, which nobody has': 'in_flight.owner intake.epoch intake.counter',
  'derived by the database': 'document_version.characters',
};

const split = (texts: Treatments) => Object.values(texts).flatMap((text) => text.split(/\s+/));

/** What of `names` no pattern names, and the patterns that name nothing. */
function difference(names: readonly string[], patterns: readonly string[]) {
  const isNamed = (name: string, pattern: string) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  return {
    missing: names.filter((name) => !patterns.some((pattern) => isNamed(name, pattern))),
    gone: patterns.filter((pattern) => !names.some((name) => isNamed(name, pattern))),
  };
}

const none = { missing: [], gone: [] };
const textual = (columns: readonly Column[]) =>
  columns.filter(({ type }) => /text|byte|blob|json|^$/i.test(type)).map(({ table, column }) => `${table}.${column}`);

async function columnsOfPostgres(): Promise<Column[]> {
  const postgres = await database();
  return postgres.query<Column>(
    `SELECT relname::text AS table, attname::text AS column, format_type(atttypid, NULL) AS type
     FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relkind IN ('r', 'p') AND NOT relispartition
       AND relnamespace = current_schema()::regnamespace AND attnum > 0 AND NOT attisdropped`,
  );
}

async function columnsOfSqlite(): Promise<Column[]> {
  await using storage = await openStorage();
  return storage.sqlite.database
    .prepare(
      `SELECT stored.name AS "table", part.name AS "column", part.type FROM sqlite_schema AS stored
       JOIN pragma_table_xinfo(stored.name) AS part WHERE stored.type = 'table' AND stored.name NOT LIKE 'sqlite%'`,
    )
    .all() as Column[]; // by its columns
}

const database = postgresDatabase();

test('each column of PostgreSQL that can have texts is searched by an erasure, or left out for a reason', async () => {
  const names = textual(await columnsOfPostgres());
  assert.deepEqual(difference(names, [...split(onBoth), ...split(onPostgres)]), none);
});

test('each column of SQLite that can have texts is searched by an erasure, or left out for a reason', async () => {
  const names = textual(await columnsOfSqlite());
  assert.deepEqual(difference(names, [...split(onBoth), ...split(onSqlite)]), none);
});

test('each column of a table that is moved is moved with it, or made anew for a reason', async () => {
  const moved = new Map(movedTables.map(({ table, columns }) => [table, columns]));
  const left = (await columnsOfPostgres()).flatMap(({ table, column }) => {
    const columns = moved.get(table);
    return columns === undefined || column in columns ? [] : `${table}.${column}`;
  });
  assert.deepEqual(difference(left, split(anew)), none);
});

test('each table of both engines is moved by millrace move, or left out for a reason', async () => {
  const all = [...(await columnsOfPostgres()), ...(await columnsOfSqlite())].map(({ table }) => table);
  const moved = movedTables.map(({ table }) => table);
  const left = split(notMoved);
  assert.deepEqual(difference([...new Set(all)], [...moved, ...left]), none);
});
