import type { CallInput } from '../../../client/client.ts';
import { replayLimits } from '../../../contract/records/replay-limits.ts';
import type { Values } from '../list/filters.ts';

/** From when on: a usual range, since an issue opened, or times. */
export type Span = 'any' | '15m' | '1h' | '24h' | 'issue' | 'custom';

/** What a new replay begins with: chosen things, or a filter that a list had. */
export type ReplayFrom = {
  of: 'deliveries' | 'events';
  ids?: readonly string[];
  only?: ReplayDraft['only'];
  /** The dialog begins with its questions, not with the plan. */
  isSuggestion?: true;
  /** The issue that the replay resolves, also when nothing is left to send. */
  issueId?: string;
  issueOpenedAt?: string;
  reason?: string;
  filter?: Values;
};

/** The state of the dialog. Texts are as typed. */
export type ReplayDraft = {
  of: 'deliveries' | 'events';
  ids: readonly string[] | null;
  filter: Values;
  /** How the times of the filter were chosen. */
  span: Span;
  only: 'failed' | 'undelivered' | 'all';
  /** Id of an action (events) or of a destination (deliveries); empty: as before. */
  to: string;
  ignoreRules: boolean;
  /** null: the one that fits what the plan finds. */
  body: 'original' | 'current' | null;
  keepIdempotencyKey: boolean;
  rate: string;
  order: 'oldest' | 'newest';
  name: string;
  reason: string;
};

type ReplayBody = CallInput<'createReplay'>['body'];

const blank: ReplayDraft = {
  of: 'deliveries',
  ids: null,
  filter: {},
  span: 'any',
  only: 'undelivered',
  to: '',
  ignoreRules: false,
  body: null,
  keepIdempotencyKey: true,
  rate: '',
  order: 'oldest',
  name: '',
  reason: '',
};

export function draftOf({ isSuggestion: _, issueId: __, issueOpenedAt: ___, ...from }: ReplayFrom): ReplayDraft {
  const hasTimes = Object.entries(from.filter ?? {}).some(
    ([name, at]) => /(After|Before)$/.test(name) && at !== undefined,
  );
  return { ...blank, ...from, span: hasTimes ? 'custom' : 'any' };
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
  const body = to === '' ? (draft.body ?? 'original') : 'current';
  return { of, ...shared, only, body, keepIdempotencyKey, to: to === '' ? null : { destinationId: to } };
}

/** null: none is typed; NaN: it is no number. */
export function rateOf(text: string): number | null {
  const typed = text.trim().replace(',', '.');
  return typed === '' ? null : Number(typed);
}

export function isRate(text: string): boolean {
  const rate = rateOf(text);
  return rate === null || (rate >= replayLimits.rateLeast && rate <= replayLimits.rateMax);
}

/** The states of deliveries that a replay can take; the others are not finished. */
const ended = new Set(['delivered', 'failed', 'skipped', 'cancelled', 'held']);

/** A filter of the list of deliveries, as far as a replay knows it. */
export function filterOf(query: Readonly<Record<string, unknown>>): Values {
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
    ([name, value]) => value === undefined || value === '' || name in filter || leavesOut[name] === value,
  );
}

/** A replay leaves out tests, and what another replay has delivered or repeats, in any case. */
const leavesOut: Readonly<Record<string, string>> = { test: 'false', recovered: 'false', unresolved: 'true' };

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
