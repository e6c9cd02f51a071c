import type { CallInput } from '../../../client/client.ts';
import type { DeliveryStatus, ErrorKind, Reason } from '../../../contract/records/delivery.ts';
import { outcomes } from '../../messages/en/outcomes.ts';

/** The filters of the list, as they stand in the address. */
export type DeliveryFilters = {
  filter?: string | undefined;
  status?: string | undefined;
  action?: string | undefined;
  connection?: string | undefined;
  destination?: string | undefined;
  error?: string | undefined;
  reason?: string | undefined;
  batch?: string | undefined;
  test?: 'true' | 'false' | undefined;
  range?: '15m' | '1h' | '24h' | '7d' | 'custom' | undefined;
  from?: string | undefined;
  until?: string | undefined;
};

export type DeliveryQuery = NonNullable<CallInput<'listDeliveries'>['query']>;

const rangesMs = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;

/** The same as the API takes them; a range counts back from `now`. What the API does not know is left out. */
export function queryOf(filters: DeliveryFilters, now: number): DeliveryQuery {
  const { filter, status, action, connection, destination, error, reason, batch, test, range, from, until } = filters;
  return {
    eventId: filter,
    status: isStatus(status) ? status : undefined,
    actionId: action,
    connectionId: connection,
    destinationId: destination,
    errorKind: isErrorKind(error) ? error : undefined,
    reason: isReason(reason) ? reason : undefined,
    batchId: batch,
    test,
    ...(range === 'custom'
      ? { createdAfter: timeOf(from), createdBefore: timeOf(until) }
      : { createdAfter: range === undefined ? undefined : new Date(now - rangesMs[range]).toISOString() }),
  };
}

export function isFiltered(filters: DeliveryFilters): boolean {
  return Object.values(queryOf(filters, 0)).some((value) => value !== undefined && value !== '');
}

export function isStatus(text: string | undefined): text is DeliveryStatus {
  return text !== undefined && Object.hasOwn(outcomes.status, text);
}

export function isErrorKind(text: string | undefined): text is ErrorKind {
  return text !== undefined && Object.hasOwn(outcomes.errorKind, text);
}

export function isReason(text: string | undefined): text is Reason {
  return text !== undefined && Object.hasOwn(outcomes.reason, text);
}

/** A time as typed in a field for date and time, where the reader is, or as RFC 3339. */
function timeOf(text: string | undefined): string | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
