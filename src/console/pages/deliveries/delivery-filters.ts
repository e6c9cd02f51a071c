import type { CallInput } from '../../../client/client.ts';
import { formatDuration, outcomes, terms, deliveries as words } from '../../messages/en.ts';
import { options } from '../../parts/form/bind.ts';
import type { Filter, Values } from '../../parts/list/filters.ts';
import { useMay } from '../../session/rights.ts';

const w = words.filters;
const slower = ['100', '1000', '5000', '30000'];

export type DeliveryQuery = NonNullable<CallInput<'listDeliveries'>['query']>;

/** The filters of the list, beside the text and the status, which the histogram shows. */
export function useDeliveryFilters() {
  const maySee = useMay('payloads:view');
  const told = (all: Readonly<Record<string, { short: string }>>) =>
    Object.entries(all).map(([value, { short }]) => ({ value, label: short }));
  return [
    { key: 'status', label: terms.status, hasNoChip: true },
    ...(maySee ? [{ key: 'by' as const, label: w.by, options: options(w.bys) }] : []),
    { key: 'range', label: terms.time, options: options(w.ranges) },
    { key: 'from', label: w.from, hasNoChip: true, clearedBy: 'range' },
    { key: 'until', label: w.until, hasNoChip: true, clearedBy: 'range' },
    { key: 'action', label: terms.action, isMore: true, searched: () => ({ kind: 'action' }) },
    { key: 'connection', label: terms.connection, isMore: true, searched: () => ({ kind: 'connection' }) },
    {
      key: 'destination',
      label: terms.destination,
      isMore: true,
      clearedBy: 'connection',
      searched: ({ connection }) => ({ kind: 'destination', connectionId: connection }),
    },
    { key: 'error', label: w.errorKind, isMore: true, options: told(outcomes.errorKind) },
    { key: 'reason', label: terms.reason, isMore: true, options: told(outcomes.reason) },
    {
      key: 'slower',
      label: w.slower,
      isMore: true,
      options: slower.map((value) => ({ value, label: formatDuration(Number(value)) })),
    },
    { key: 'unresolved', label: w.unresolved, isMore: true, options: options(w.recoveries) },
    { key: 'recovered', label: w.recovered, isMore: true, options: options(w.recoveries) },
    { key: 'test', label: w.test, isMore: true, options: options(w.tests) },
    {
      key: 'code',
      label: w.code,
      isMore: true,
      placeholder: w.codeExample,
      problem: (value) => (isCode(value) ? null : w.badCode),
    },
    { key: 'replay', label: w.replay },
    { key: 'batch', label: w.batch },
  ] as const satisfies readonly Filter[];
}

export const rangesMs = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;

/** The filters as the API takes them; a range counts back from `now`. What the API does not know is left out. */
export function queryOf(search: Values, now: number): DeliveryQuery {
  const { replay, batch, status, action, connection, destination, error, reason, code, slower = '' } = search;
  const { recovered, unresolved, test, range, from, until } = search;
  const length = keyOf(rangesMs, range);
  return {
    replayId: replay,
    batchId: batch,
    ...searchOf(search),
    status: keyOf(outcomes.status, status),
    actionId: action,
    connectionId: connection,
    destinationId: destination,
    errorKind: keyOf(outcomes.errorKind, error),
    reason: keyOf(outcomes.reason, reason),
    httpStatus: code !== undefined && isCode(code) ? code.trim().toLowerCase() : undefined,
    durationMsMin: /^\d{1,9}$/.test(slower) ? slower : undefined,
    recovered: keyOf(w.recoveries, recovered),
    unresolved: keyOf(w.recoveries, unresolved),
    test: keyOf(w.tests, test),
    ...(range === 'custom'
      ? { createdAfter: timeOf(from), createdBefore: timeOf(until) }
      : { createdAfter: length && new Date(now - rangesMs[length]).toISOString() }),
  };
}

/** An id is found as what it names; other text in the visitor, or in requests and responses. */
function searchOf({ filter = '', by }: Values): DeliveryQuery {
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

function isCode(text: string): boolean {
  return /^[1-5](\d\d|xx)$/i.test(text.trim());
}

function keyOf<Key extends string>(table: Readonly<Record<Key, unknown>>, text: string | undefined): Key | undefined {
  return text !== undefined && Object.hasOwn(table, text) ? (text as Key) : undefined; // just looked up
}

/** A time as an address may hold it, as RFC 3339. */
function timeOf(text: string | undefined): string | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
