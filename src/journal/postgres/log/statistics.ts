import type { Postgres } from '../../../postgres/postgres.ts';
import { gatherCounters } from '../../codec/gathered-counters.ts';
import { type Counters, type Statistics, type StatisticsEntry, statisticsSteps } from '../../journal.ts';

const [{ ms: minuteMs }, ...longer] = statisticsSteps;
const longerMs = longer.map(({ ms }) => ms);
const rolledUpAtOnce = 200;
const forgottenAtOnce = 1_000;
/** Steps that one statement reads. */
const stepsAtOnce = 128;

/** `kind` and `id` are words of the program and ids: they have no NUL. */
const key = 'step_ms, kind, id, at';
const add = `ON CONFLICT (${key}) DO UPDATE SET counters = added_counters(statistics.counters, excluded.counters)`;

/** The step of each longer length that holds the time `at`. Rows that meet in one step are added up first, and in the order of keys. */
const intoLonger = (source: string) => `
  INSERT INTO statistics (${key}, counters, is_rolled_up)
  SELECT length, kind, id, at - at % length AS step, sum_counters(counters), true
  FROM ${source} CROSS JOIN unnest(ARRAY[${longerMs.join()}]) AS length
  GROUP BY length, kind, id, step ORDER BY length, kind, id, step ${add}`;

/** Counters are added to the row of their minute. When the minute is over, the roll-up adds the row to those of longer steps. */
const addSql = `
  WITH given AS MATERIALIZED (
      SELECT kind, id, at - at % ${minuteMs} AS at, sum_counters(counters) AS counters
      FROM jsonb_to_recordset($1::jsonb) AS entry (at bigint, kind text, id text, counters jsonb) GROUP BY 1, 2, 3),
    added AS (
      INSERT INTO statistics (${key}, counters, is_rolled_up)
      SELECT ${minuteMs}, kind, id, at, counters, false FROM given ORDER BY kind, id, at ${add}
      RETURNING kind, id, at, is_rolled_up)
  ${intoLonger('(SELECT given.* FROM given JOIN added USING (kind, id, at) WHERE is_rolled_up) AS late')}`;

const rollUpSql = `
  WITH over AS (
      SELECT ${key} FROM statistics WHERE NOT is_rolled_up AND at <= $1::bigint - ${minuteMs}
      ORDER BY at, kind, id LIMIT ${rolledUpAtOnce} FOR UPDATE SKIP LOCKED),
    rolled AS (
      UPDATE statistics SET is_rolled_up = true FROM over
      WHERE (statistics.step_ms, statistics.kind, statistics.id, statistics.at) = (over.step_ms, over.kind, over.id, over.at)
      RETURNING statistics.kind, statistics.id, statistics.at, statistics.counters),
    longer AS (${intoLonger('rolled')})
  SELECT count(*) AS count FROM over`;

/** The statistics of all nodes, which add to the same rows. */
export function postgresStatistics({ query, read }: Pick<Postgres, 'query' | 'read'>): Statistics {
  return {
    async add(entries) {
      await query(addSql, [JSON.stringify(entries satisfies readonly StatisticsEntry[])]);
    },

    async rollUp(before, aged = before) {
      const [rolled] = await query<{ count: number }>(rollUpSql, [before]);
      if ((rolled?.count ?? 0) > 0) return true;
      if (aged === null) return false;
      const forgotten = await query(
        `WITH old AS (
             SELECT found.* FROM unnest($1::integer[], $2::bigint[]) AS length (ms, kept_from) CROSS JOIN LATERAL (
               SELECT ${key} FROM statistics WHERE step_ms = length.ms AND at < length.kept_from AND is_rolled_up
               ORDER BY at LIMIT ${forgottenAtOnce} FOR UPDATE SKIP LOCKED) AS found)
         DELETE FROM statistics USING old
         WHERE (statistics.step_ms, statistics.kind, statistics.id, statistics.at) = (old.step_ms, old.kind, old.id, old.at)
         RETURNING 1 AS one`,
        [statisticsSteps.map(({ ms }) => ms), statisticsSteps.map(({ keptMs }) => aged - keptMs)],
      );
      return forgotten.length >= forgottenAtOnce;
    },

    async read(asked) {
      const { kind, id, stepMs, from, to } = asked;
      const gathered = gatherCounters(asked);
      for (let at = from; at <= to; at += stepsAtOnce * stepMs) {
        const end = Math.min(to, at + (stepsAtOnce - 1) * stepMs);
        // One row of JSON for all objects of a time: a row for each of them takes twice as long to transfer.
        const rows = await read<{ at: number; things: Record<string, Counters> }>(
          `SELECT at, jsonb_object_agg(id, counters) AS things FROM (
               SELECT at, id, counters FROM statistics
               WHERE step_ms = $1 AND kind = $2 AND ($3::text IS NULL OR id = $3) AND at BETWEEN $4 AND $5
               UNION ALL
               SELECT at, id, counters FROM statistics
               WHERE $1 > ${minuteMs} AND NOT is_rolled_up AND kind = $2 AND ($3::text IS NULL OR id = $3)
                 AND at >= $4 AND at < $5::bigint + $1::integer) AS found
           GROUP BY at`,
          [stepMs, kind, id, at, end],
        );
        for (const { at: time, things } of rows)
          for (const [thing, counters] of Object.entries(things)) gathered.add(time, thing, counters);
      }
      return gathered.result();
    },
  };
}
