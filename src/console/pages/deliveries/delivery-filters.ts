import type { CallInput } from '../../../client/client.ts';
import type { DeliveryStatus, ErrorKind, Reason } from '../../../contract/records/delivery.ts';
import { outcomes } from '../../messages/en/outcomes.ts';

/** The filters of the list, as they stand in the address. */
export type DeliveryFilters = {
  filter?: string | undefined;
  /** What a text is searched in that is no id; without it, requests and responses. */
  by?: 'text' | 'visitor' | undefined;
  status?: string | undefined;
  action?: string | undefined;
  connection?: string | undefined;
  destination?: string | undefined;
  error?: string | undefined;
  reason?: string | undefined;
  code?: string | undefined;
  /** The least duration, in ms. */
  slower?: string | undefined;
  replay?: string | undefined;
  recovered?: 'true' | 'false' | undefined;
  batch?: string | undefined;
  test?: 'true' | 'false' | undefined;
  range?: '15m' | '1h' | '24h' | '7d' | 'custom' | undefined;
  from?: string | undefined;
  until?: string | undefined;
};

export type DeliveryQuery = NonNullable<CallInput<'listDeliveries'>['query']>;

export const rangesMs = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;

/** The same as the API takes them; a range counts back from `now`. What the API does not know is left out. */
export function queryOf(filters: DeliveryFilters, now: number): DeliveryQuery {
  const { status, action, connection, destination, error, reason, code, slower, recovered, test, range } = filters;
  return {
    replayId: filters.replay,
    batchId: filters.batch,
    ...searchOf(filters),
    status: isStatus(status) ? status : undefined,
    actionId: action,
    connectionId: connection,
    destinationId: destination,
    errorKind: isErrorKind(error) ? error : undefined,
    reason: isReason(reason) ? reason : undefined,
    httpStatus: code !== undefined && isCode(code) ? code : undefined,
    durationMsMin: slower !== undefined && /^\d{1,9}$/.test(slower) ? slower : undefined,
    recovered,
    test,
    ...(range === 'custom'
      ? { createdAfter: timeOf(filters.from), createdBefore: timeOf(filters.until) }
      : { createdAfter: range === undefined ? undefined : new Date(now - rangesMs[range]).toISOString() }),
  };
}

/** An id is found as what it names; other text in the visitor, or in requests and responses. */
function searchOf({ filter = '', by }: DeliveryFilters): DeliveryQuery {
  const text = filter.trim();
  if (/^evt_\w+$/.test(text)) return { eventId: text };
  if (/^rpl_\w+$/.test(text)) return { replayId: text };
  if (/^bat_\w+$/.test(text)) return { batchId: text };
  if (by === 'visitor') return { visitorId: text || undefined };
  return { q: text.length < 2 ? undefined : text.slice(0, 200) };
}

/** Whether a text is the id of a delivery, which has a page of its own. */
export function isDeliveryId(text: string | undefined): text is string {
  return text !== undefined && /^dlv_[0-9a-z]{26}$/.test(text.trim());
}

export function isCode(text: string): boolean {
  return /^[1-5](\d\d|xx)$/.test(text);
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

/** A time of the address as a field for date and time takes it, where the reader is. */
export function localOf(text: string | undefined): string {
  const time = timeOf(text);
  if (time === undefined) return '';
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** A time as typed in a field for date and time, where the reader is, or as RFC 3339. */
function timeOf(text: string | undefined): string | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
