import type { CallInput } from '../../../client/client.ts';
import { replayLimits } from '../../../contract/records/replay-limits.ts';

/** What a new replay begins with: chosen things, or a filter that a list had. */
export type ReplayFrom = {
  of: 'deliveries' | 'events';
  ids?: readonly string[];
  only?: ReplayDraft['only'];
  /** The dialog begins with its questions, not with the plan. */
  isSuggestion?: true;
  filter?: Readonly<Record<string, string | undefined>>;
  body?: 'original' | 'current';
};

/** What stands in the dialog. Texts are as typed. */
export type ReplayDraft = {
  of: 'deliveries' | 'events';
  ids: readonly string[] | null;
  filter: Readonly<Record<string, string | undefined>>;
  only: 'failed' | 'undelivered' | 'all';
  /** Id of an action (events) or of a destination (deliveries); empty: as before. */
  to: string;
  ignoreRules: boolean;
  body: 'original' | 'current';
  keepIdempotencyKey: boolean;
  rate: string;
  order: 'oldest' | 'newest';
  name: string;
  reason: string;
};

export type ReplayBody = CallInput<'createReplay'>['body'];

export function draftOf({ of, ids, filter = {}, only = 'undelivered', body = 'original' }: ReplayFrom): ReplayDraft {
  return {
    of,
    ids: ids ?? null,
    filter,
    only,
    to: '',
    ignoreRules: false,
    body,
    keepIdempotencyKey: true,
    rate: '',
    order: 'oldest',
    name: '',
    reason: '',
  };
}

/** The same as the API takes it. */
export function bodyOf(draft: ReplayDraft): ReplayBody {
  const { of, ids, only, to, ignoreRules, keepIdempotencyKey, order, name, reason } = draft;
  const filter = Object.fromEntries(
    Object.entries(draft.filter).filter(([, value]) => value !== undefined && value !== ''),
  );
  const shared = {
    ...(ids === null ? { filter } : { ids: [...ids] }),
    ratePerSecond: rateOf(draft.rate),
    order,
    reason,
    ...(name.trim() === '' ? {} : { name }),
  };
  if (of === 'events')
    return {
      of,
      ...shared,
      only: only === 'failed' ? 'undelivered' : only,
      to: to === '' ? null : { actionId: to, ignoreRules },
    };
  const body = to === '' ? draft.body : 'current';
  return { of, ...shared, only, body, keepIdempotencyKey, to: to === '' ? null : { destinationId: to } };
}

/** null: none is typed; NaN: it is no number. */
export function rateOf(text: string): number | null {
  const typed = text.trim().replace(',', '.');
  return typed === '' ? null : Number(typed);
}

export function isRate(text: string): boolean {
  const rate = rateOf(text);
  return rate === null || (rate >= replayLimits.rateLeast && rate <= replayLimits.rateMost);
}

/** The states that a replay can take up; others stand in lists, but are still on their way. */
const ended = new Set(['delivered', 'failed', 'skipped', 'cancelled', 'held']);

/** A filter of the list of deliveries, as far as a replay knows it. */
export function filterOf(query: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  const filter: Record<string, string | undefined> = {};
  for (const name of known) {
    const value = query[name];
    if (typeof value === 'string' && value !== '' && (name !== 'status' || ended.has(value))) filter[name] = value;
  }
  return filter;
}

/** Whether a replay can take all that a list found: it knows each of the filters. */
export function isReplayable(query: Readonly<Record<string, unknown>>): boolean {
  const filter = filterOf(query);
  return Object.entries(query).every(
    ([name, value]) =>
      value === undefined || value === '' || name in filter || (isLeftOut.has(name) && value === 'false'),
  );
}

/** A replay leaves out tests, and what another replay has delivered, in any case. */
const isLeftOut = new Set(['test', 'recovered']);

const known = [
  'status',
  'reason',
  'errorKind',
  'destinationId',
  'connectionId',
  'actionId',
  'replayId',
  'createdAfter',
  'createdBefore',
] as const;
