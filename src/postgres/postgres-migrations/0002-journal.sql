-- What happened and is due.
--
-- Only the owner of a partition writes its rows, so that what it needs to number and order them is in its memory. Every write of
-- a partition is joined to an update of one of its two fences, `intake` and `settling`: WHERE partition, epoch and counter are
-- those that the owner knows. A former owner changes nothing. The next owner sets the epoch of both, which waits for what is
-- under way.
--
-- The life of a delivery, for few writes:
--   * It is created in a `plan_entry` with others, by the statement that stores their events. Its number is `first` + its index.
--   * It finishes at once, which is nearly always: one row in `delivery`, which is never changed by what sends it.
--   * Or it waits (retry, hold, no room in memory, unfinished for 2 s, a new owner): one row in `waiting`, which leaves when it
--     finishes. So `waiting` stays small, and a long snapshot can't slow the queue.
--   * Deliveries of a partition with a number below `settling.settled` are in `delivery` or `waiting`. Those from there on that are
--     in neither are in their plan entries alone. The view `all_delivery` has each once.
--
-- Times are ms since the epoch. `order_at` is the greatest of the times stored in the partition until then: times follow a clock
-- that is set back, order does not. Lists are by (order_at, partition, number).
--
-- Tables by day are partitioned by the time in the key: src/journal/postgres creates the days ahead, and retention drops them. What
-- has a time of no such day is in the table `…_other`. Ids of events and deliveries have the time, so that one day is read.
--
-- Closed lists are numbers: status 0 pending, 1 retrying, 2 held, 3 delivered, 4 failed, 5 skipped, 6 cancelled. Ids from outside
-- are numbers by way of `word` and `target`, whose rows never change: each node remembers them.

CREATE TABLE word (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE target (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, destination text COLLATE "C" NOT NULL,
  connection text COLLATE "C" NOT NULL, replay text COLLATE "C" NOT NULL DEFAULT '', partition smallint NOT NULL,
  UNIQUE (destination, connection, replay, partition)
);
CREATE INDEX target_replay ON target (replay) WHERE replay <> '';

-- Nodes and partitions.

-- A beat removes the nodes whose heartbeat has ended by the clock of the server, of which `at` and `until` are.
CREATE TABLE node (
  name text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, until bigint NOT NULL, is_leaving boolean NOT NULL
);
CREATE TABLE partition_count (is_only boolean PRIMARY KEY CHECK (is_only), count smallint NOT NULL);
CREATE TABLE partition_lease (partition smallint PRIMARY KEY, owner text COLLATE "C", epoch bigint NOT NULL);
-- `next`, `at`: of events; `position`: of the first event that is not matched; `next_delivery`, `delivery_at`: of deliveries.
CREATE TABLE intake (
  partition smallint PRIMARY KEY, epoch bigint NOT NULL DEFAULT 0, counter bigint NOT NULL DEFAULT 0,
  next bigint NOT NULL DEFAULT 0, position bigint NOT NULL DEFAULT 0, at bigint NOT NULL DEFAULT 0,
  order_at bigint NOT NULL DEFAULT 0, next_delivery bigint NOT NULL DEFAULT 1, delivery_at bigint NOT NULL DEFAULT 0,
  delivery_order_at bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);
CREATE TABLE settling (
  partition smallint PRIMARY KEY, epoch bigint NOT NULL DEFAULT 0, counter bigint NOT NULL DEFAULT 0,
  settled bigint NOT NULL DEFAULT 1
) WITH (fillfactor = 20);

-- Events: a request or several small ones a row, compressed by the node.

CREATE TABLE event_group (
  partition smallint NOT NULL, first bigint NOT NULL, count integer NOT NULL, received_at bigint NOT NULL,
  order_at bigint NOT NULL, collector integer, events bytea NOT NULL,
  PRIMARY KEY (partition, first, received_at)
) PARTITION BY RANGE (received_at);
ALTER TABLE event_group ALTER COLUMN events SET STORAGE EXTERNAL;
CREATE INDEX event_group_order ON event_group (order_at, partition, first);
CREATE TABLE event_group_other PARTITION OF event_group DEFAULT;

-- The identities of events: 16 bytes of a hash of collector and identity.
CREATE TABLE seen (
  hash bytea PRIMARY KEY, at bigint NOT NULL, partition smallint NOT NULL, number bigint NOT NULL, event_at bigint NOT NULL
);
CREATE INDEX seen_at ON seen (at);

-- `deliveries`: [{target, action, actionVersion, destinationVersion, dueAt, test, orderKey, event: [partition, at] or null,
-- rows: [[index, number of the event, replayOf or null], …]}, …]; replayOf is [partition, number, created_at, idempotency key].
CREATE TABLE plan_entry (
  partition smallint NOT NULL, first bigint NOT NULL, count integer NOT NULL, created_at bigint NOT NULL,
  order_at bigint NOT NULL, deliveries jsonb NOT NULL,
  PRIMARY KEY (partition, first, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX plan_entry_set_back ON plan_entry (partition) WHERE order_at <> created_at;
CREATE TABLE plan_entry_other PARTITION OF plan_entry DEFAULT;

-- Deliveries that a plan of one partition passes to another, in the order of the ids, which is that of the acknowledgements.
CREATE TABLE passed_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, target smallint NOT NULL, source smallint NOT NULL, first bigint NOT NULL,
  at bigint NOT NULL, replay text COLLATE "C", count integer NOT NULL, deliveries jsonb NOT NULL
);
CREATE INDEX passed_delivery_target ON passed_delivery (target, id);
CREATE INDEX passed_delivery_source ON passed_delivery (source, first);
CREATE INDEX passed_delivery_replay ON passed_delivery (replay) WHERE replay IS NOT NULL;

-- Finished deliveries.

CREATE TABLE delivery (
  partition smallint NOT NULL, number bigint NOT NULL, created_at bigint NOT NULL, order_at bigint NOT NULL,
  event_partition smallint, event_number bigint, event_at bigint,
  action integer, action_version integer, target integer NOT NULL, destination_version integer NOT NULL,
  status smallint NOT NULL, due_at bigint, test boolean NOT NULL, reason integer, error_kind integer,
  attempts integer NOT NULL DEFAULT 0, exchanges integer NOT NULL DEFAULT 0, schedule_step integer NOT NULL DEFAULT 0,
  waited_ms bigint NOT NULL DEFAULT 0, deaths smallint NOT NULL DEFAULT 0, finished_at bigint,
  block bigint, rendered_block bigint, response_status smallint, detail text,
  order_key bigint, replay_of_partition smallint, replay_of bigint, replay_of_at bigint, replay_key text, bodies_until bigint,
  PRIMARY KEY (partition, number, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX delivery_order ON delivery (order_at, partition, number);
-- Those that were created while the clock was set back: lists by time find them here.
CREATE INDEX delivery_set_back ON delivery (order_at, partition, number) WHERE order_at <> created_at;
CREATE INDEX delivery_status ON delivery (status, order_at, partition, number) WHERE status <> 3;
CREATE INDEX delivery_target ON delivery (target, status, order_at, partition, number);
CREATE INDEX delivery_event ON delivery (event_number, event_partition) WHERE event_number IS NOT NULL;
-- Of events of an earlier day, which are kept as long as these.
CREATE INDEX delivery_older_event ON delivery (event_at) WHERE event_at / 86400000 < created_at / 86400000;
CREATE INDEX delivery_action ON delivery (action, order_at, partition, number) WHERE action IS NOT NULL;
CREATE INDEX delivery_error ON delivery (error_kind, order_at, partition, number) WHERE error_kind IS NOT NULL;
CREATE INDEX delivery_test ON delivery (order_at, partition, number) WHERE test;
CREATE INDEX delivery_replay_of ON delivery (replay_of, replay_of_partition) WHERE replay_of IS NOT NULL;
CREATE INDEX delivery_response ON delivery (response_status, order_at, partition, number) WHERE response_status IS NOT NULL;
CREATE INDEX delivery_bodies ON delivery (bodies_until) WHERE bodies_until IS NOT NULL;
CREATE TABLE delivery_other PARTITION OF delivery DEFAULT;

-- Unfinished deliveries that wait, with the same columns. `is_behind`: an earlier unfinished one of the same order key goes first.
CREATE TABLE waiting (
  LIKE delivery INCLUDING DEFAULTS, is_behind boolean NOT NULL DEFAULT false,
  PRIMARY KEY (partition, number)
);
CREATE INDEX waiting_due ON waiting (target, is_behind, due_at, number) WHERE due_at IS NOT NULL;
CREATE INDEX waiting_order ON waiting (order_at, partition, number);
CREATE INDEX waiting_set_back ON waiting (order_at, partition, number) WHERE order_at <> created_at;
CREATE INDEX waiting_status ON waiting (status, target, order_at, partition, number);
CREATE INDEX waiting_key ON waiting (order_key, number) WHERE order_key IS NOT NULL;
CREATE INDEX waiting_event ON waiting (event_number, event_partition) WHERE event_number IS NOT NULL;
CREATE INDEX waiting_replay_of ON waiting (replay_of, replay_of_partition) WHERE replay_of IS NOT NULL;

-- The logs of attempts of the deliveries that were settled together, a line of text each, compressed by the node. The id is the
-- time of the write in ms times 4,096 plus a number, so that it tells the day.
CREATE TABLE attempt_block (
  partition smallint NOT NULL, id bigint NOT NULL, lines bytea NOT NULL,
  PRIMARY KEY (partition, id)
) PARTITION BY RANGE (id);
ALTER TABLE attempt_block ALTER COLUMN lines SET STORAGE EXTERNAL;
CREATE TABLE attempt_block_other PARTITION OF attempt_block DEFAULT;

-- Exchanges that were made for many deliveries at once. `members`: places of deliveries in the order of their records.
CREATE TABLE batch_exchange (
  id text COLLATE "C" PRIMARY KEY, live integer NOT NULL, members jsonb NOT NULL, exchange bytea NOT NULL
);
ALTER TABLE batch_exchange ALTER COLUMN exchange SET STORAGE EXTERNAL;

-- The deliveries in flight of a partition's owner, for the count of crashes.
CREATE TABLE in_flight (
  partition smallint PRIMARY KEY, deliveries jsonb NOT NULL, on_trial bigint, owner text COLLATE "C"
);
CREATE TABLE presumed_death (
  node text COLLATE "C" NOT NULL, partition smallint NOT NULL, at bigint NOT NULL, deliveries jsonb NOT NULL,
  PRIMARY KEY (node, partition)
);
CREATE TABLE gate (
  scope_id text COLLATE "C" PRIMARY KEY, reason text NOT NULL, detail text NOT NULL, since bigint NOT NULL,
  probe_at bigint NOT NULL, probes integer NOT NULL
);
CREATE TABLE pause (
  scope_id text COLLATE "C" PRIMARY KEY, since bigint NOT NULL, until bigint NOT NULL, origin text NOT NULL
);
-- What the next owner has to know of the requests that were sent at each rate: by connection, destination or replay.
CREATE TABLE sent_at_rate (
  partition smallint NOT NULL, scope_id text COLLATE "C" NOT NULL, text text NOT NULL, PRIMARY KEY (partition, scope_id)
);
CREATE TABLE command (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, partition smallint NOT NULL, asked_at bigint NOT NULL,
  taken_by text COLLATE "C", body text NOT NULL, response text
);
CREATE INDEX command_waiting ON command (partition, number) WHERE taken_by IS NULL;
CREATE TABLE owner_status (
  partition smallint NOT NULL, connection text COLLATE "C" NOT NULL, status text NOT NULL, PRIMARY KEY (partition, connection)
);

-- Replays, statistics, erasures.

CREATE TABLE replay (
  id text COLLATE "C" PRIMARY KEY, partition smallint NOT NULL, state text NOT NULL, input text NOT NULL, started_by text NOT NULL,
  created_at bigint NOT NULL, finished_at bigint, up_to text, cursor text, is_read boolean NOT NULL DEFAULT false,
  total bigint NOT NULL, plan_left_out text NOT NULL, made bigint NOT NULL DEFAULT 0, left_out text NOT NULL DEFAULT '{}',
  outcome text, removed text NOT NULL DEFAULT '{}'
);
CREATE INDEX replay_state ON replay (state);
-- Counters in steps of each length. What is added goes to the row of its minute; when that is over, the roll-up adds it to the rows
-- of longer steps. Of these, `is_rolled_up` is always true.
CREATE TABLE statistics (
  step_ms integer NOT NULL, kind text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, at bigint NOT NULL,
  counters jsonb NOT NULL, is_rolled_up boolean NOT NULL, PRIMARY KEY (step_ms, kind, id, at)
) WITH (fillfactor = 50);
CREATE INDEX statistics_at ON statistics (step_ms, at);
CREATE INDEX statistics_open ON statistics (at, kind, id) WHERE NOT is_rolled_up;
-- Of counters whose names begin with `last` the greater value, of others the sum.
CREATE FUNCTION added_counters(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
  SELECT coalesce(jsonb_object_agg(key, CASE WHEN starts_with(key, 'last') THEN most ELSE total END), '{}')
  FROM (SELECT key, max(value::numeric) AS most, sum(value::numeric) AS total
    FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS pair GROUP BY key) AS added);
CREATE AGGREGATE sum_counters(jsonb) (SFUNC = added_counters, STYPE = jsonb, INITCOND = '{}');
CREATE TABLE erasure (
  id text COLLATE "C" PRIMARY KEY, code text NOT NULL, sought text, cursor text, state text NOT NULL, counts text NOT NULL,
  created_at bigint NOT NULL, finished_at bigint
);

-- The deliveries of plan entries as they were created, with the columns of `waiting`. `entry`: the first number of their entry, by
-- which they are found.
CREATE VIEW planned_delivery AS
  SELECT entry.first AS entry, entry.partition, entry.first + (row ->> 0)::bigint AS number, entry.created_at, entry.order_at,
    (part #>> '{event,0}')::smallint AS event_partition, (row ->> 1)::bigint AS event_number,
    (part #>> '{event,1}')::bigint AS event_at,
    (part ->> 'action')::integer AS action, (part ->> 'actionVersion')::integer AS action_version,
    (part ->> 'target')::integer AS target, (part ->> 'destinationVersion')::integer AS destination_version,
    0::smallint AS status, (part ->> 'dueAt')::bigint AS due_at, (part ->> 'test')::boolean AS test,
    null::integer AS reason, null::integer AS error_kind, 0 AS attempts, 0 AS exchanges, 0 AS schedule_step,
    0::bigint AS waited_ms, 0::smallint AS deaths, null::bigint AS finished_at, null::bigint AS block,
    null::bigint AS rendered_block, null::smallint AS response_status, null::text AS detail,
    (part ->> 'orderKey')::bigint AS order_key, (row #>> '{2,0}')::smallint AS replay_of_partition,
    (row #>> '{2,1}')::bigint AS replay_of, (row #>> '{2,2}')::bigint AS replay_of_at, row #>> '{2,3}' AS replay_key,
    null::bigint AS bodies_until, false AS is_behind
  FROM plan_entry AS entry
  CROSS JOIN LATERAL jsonb_array_elements(entry.deliveries) AS part
  CROSS JOIN LATERAL jsonb_array_elements(part -> 'rows') AS row;

-- Functions plan their statement once for each connection: planning costs more than reading where a table has a part for each day.
-- They read indexes alone: a plan that was made for an empty day would read all of the day later.

-- The deliveries that are in plan entries alone, of one partition or of all. OFFSET 0 keeps each part as it is written, which reads
-- few entries and probes their deliveries one by one: PostgreSQL can't know how few there are.
CREATE FUNCTION open_deliveries(wanted smallint) RETURNS SETOF waiting LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY
      SELECT open.partition, open.number, open.created_at, open.order_at, open.event_partition, open.event_number, open.event_at,
        open.action, open.action_version, open.target, open.destination_version, open.status, open.due_at, open.test, open.reason,
        open.error_kind, open.attempts, open.exchanges, open.schedule_step, open.waited_ms, open.deaths, open.finished_at,
        open.block, open.rendered_block, open.response_status, open.detail, open.order_key, open.replay_of_partition,
        open.replay_of, open.replay_of_at, open.replay_key, open.bodies_until, open.is_behind
      FROM settling
      JOIN intake ON intake.partition = settling.partition AND intake.next_delivery > settling.settled
      CROSS JOIN LATERAL (
        SELECT * FROM planned_delivery AS planned
        WHERE planned.partition = settling.partition AND planned.number >= settling.settled AND planned.entry >= coalesce(
            (SELECT max(first) FROM plan_entry
              WHERE plan_entry.partition = settling.partition AND first <= settling.settled), 0)
          AND NOT EXISTS (SELECT FROM waiting
            WHERE waiting.partition = planned.partition AND waiting.number = planned.number OFFSET 0)
          AND NOT EXISTS (SELECT FROM delivery
            WHERE delivery.partition = planned.partition AND delivery.number = planned.number
              AND delivery.created_at = planned.created_at OFFSET 0)
        OFFSET 0) AS open
      WHERE wanted IS NULL OR settling.partition = wanted;
  END $$;
CREATE VIEW open_delivery AS SELECT * FROM open_deliveries(NULL);

-- Finished deliveries of an event, and those that repeat one of these.
CREATE FUNCTION deliveries_of_event(of_partition smallint, of_number bigint) RETURNS SETOF delivery LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM delivery WHERE event_number = of_number AND event_partition = of_partition;
  END $$;
CREATE FUNCTION repeats_of(numbers bigint[]) RETURNS SETOF delivery LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM delivery WHERE replay_of = ANY (numbers);
  END $$;
-- The groups of events beyond a place in the order, those received in a span of time.
CREATE FUNCTION event_groups_before(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) < (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at DESC, partition DESC, first DESC LIMIT 200;
  END $$;
CREATE FUNCTION event_groups_after(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) > (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at, partition, first LIMIT 200;
  END $$;
-- Whether the order of some deliveries is not that of their times.
CREATE FUNCTION was_set_back() RETURNS boolean LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
  BEGIN
    RETURN EXISTS (SELECT FROM delivery WHERE order_at <> created_at)
      OR EXISTS (SELECT FROM waiting WHERE order_at <> created_at)
      OR EXISTS (SELECT FROM plan_entry WHERE order_at <> created_at);
  END $$;

CREATE VIEW all_delivery AS
  SELECT *, false AS is_behind FROM delivery
  UNION ALL SELECT * FROM waiting
  UNION ALL SELECT * FROM open_delivery;
