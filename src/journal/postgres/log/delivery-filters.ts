import { placeOf } from '../../../contract/ids.ts';
import { storable } from '../../../postgres/text.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { DeliveryQuery, StoredStatus } from '../../journal.ts';

export type Place = { partition: number; number: number; timeMs: number };

/** A query of deliveries with its ids decoded. */
export type PlacedQuery = Omit<DeliveryQuery, 'before' | 'after' | 'eventId' | 'replayOf'> & {
  before: Place | null;
  after: Place | null;
  event: Place | null;
  /** The delivery that is repeated. */
  repeated: Place | null;
};

/** A query with its ids decoded; null when one of them is no id, so that nothing matches. */
export function placed<Q extends Pick<DeliveryQuery, 'before' | 'after' | 'eventId' | 'replayOf'>>(query: Q) {
  const { before, after, eventId, replayOf, ...rest } = query;
  const older = cursor('delivery', before);
  const newer = cursor('delivery', after);
  const event = cursor('event', eventId);
  const repeated = cursor('delivery', replayOf);
  if (older === undefined || newer === undefined || event === undefined || repeated === undefined) return null;
  return { ...rest, before: older, after: newer, event, repeated };
}

/** null: no id was given; undefined: the text is not an id. */
export function cursor(kind: 'event' | 'delivery', id: string | undefined): Place | null | undefined {
  return id === undefined ? null : (placeOf(kind, id) ?? undefined);
}

/** Gathers the values of a statement: returns the name of each, `$1` and so on. */
export type Bind = (value: unknown) => string;

export function binding(): { values: unknown[]; bind: Bind } {
  const values: unknown[] = [];
  return {
    values,
    bind(value) {
      values.push(value);
      return `$${values.length}`;
    },
  };
}

const targetColumns = { destinationId: 'destination', connectionId: 'connection', replayId: 'replay' } as const;

/** The conditions on rows of `target` that a query has, as SQL; null: it has none. */
export function targetFilter(query: Pick<PlacedQuery, keyof typeof targetColumns>, bind: Bind): string | null {
  const given = (Object.keys(targetColumns) as (keyof typeof targetColumns)[]).flatMap(
    (
      key, // its keys
    ) => (query[key] === undefined ? [] : [`target.${targetColumns[key]} = ${bind(storable(query[key] ?? ''))}`]),
  );
  return given.length === 0 ? null : given.join(' AND ');
}

/** The status of a row as people see it: while its destination is on hold, one that is due is held. */
export function shownStatus({ closed, now }: Pick<PlacedQuery, 'closed' | 'now'>, bind: Bind): string {
  if (closed.length === 0) return 'status';
  const targets = `ARRAY(SELECT id FROM target WHERE destination = ANY (${bind(closed)}::text[]))`;
  return `CASE WHEN status <= ${statusCodes.retrying} AND due_at <= ${bind(now)}::bigint AND target = ANY (${targets})
    THEN ${statusCodes.held}::smallint ELSE status END`;
}

/** The requested statuses; null: all. */
export function requested({ status }: Pick<PlacedQuery, 'status'>): number[] | null {
  if (status === undefined) return null;
  return (typeof status === 'string' ? [status] : status).map((one: StoredStatus) => statusCodes[one]);
}

/**
 * The conditions of a query on the columns of deliveries, without those on targets, on times and on what finds them by a key
 * (event, repeated, batch).
 */
export function rowFilters(query: PlacedQuery, bind: Bind): string[] {
  const { errorKind, actionId, test } = query;
  const word = (text: string) => `(SELECT id FROM word WHERE text = ${bind(storable(text))})`;
  const statuses = requested(query);
  return [
    ...(statuses === null ? [] : [`${shownStatus(query, bind)} = ANY (${bind(statuses)}::smallint[])`]),
    ...(errorKind === undefined ? [] : [`error_kind = ${word(errorKind)}`]),
    ...(actionId === undefined ? [] : [`action = ${word(actionId)}`]),
    ...(test === undefined ? [] : [test ? 'test' : 'NOT test']),
  ];
}
