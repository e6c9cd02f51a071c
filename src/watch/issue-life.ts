import { byItself } from '../contract/by-itself.ts';
import { AppError } from '../contract/errors.ts';
import { type IssueNotice, issueSeriesHours } from '../contract/records/issue.ts';
import type { IssueRecord } from '../issues/issues.ts';
import type { Finding, Occurrences } from './finding.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * The states of an issue. `open` and `acknowledged`: the problem exists; `muted`: no notices are sent; `resolved`:
 * the problem is gone, detected automatically or declared by a person.
 *
 *   (seen) → open ⇄ acknowledged → resolved → (seen again) → open
 *            any of them → muted → (time is up, or unmuted) → open, acknowledged, or resolved if the problem is gone
 *
 * Each function changes the record and returns the change to notify people of, or null.
 */
export type NoticeState = IssueNotice['change'] | null;

const hourMs = 3_600_000;

/** A new issue, at its first occurrence. */
export function opened(id: string, finding: Finding, now: number): IssueRecord {
  return {
    ...finding,
    id,
    revision: 0,
    state: 'open',
    firstSeenAt: now,
    lastSeenAt: now,
    openedAt: now,
    count: 0,
    series: { hour: hourOf(now), counts: [] },
    actionIds: [],
    samples: [],
    changes: [],
    successes: 0,
    comebacks: 0,
    isResolved: false,
    acknowledged: null,
    muted: null,
    resolved: null,
    noticed: 0,
    notices: [],
  };
}

/** Records another occurrence of the finding. */
export function see(record: IssueRecord, finding: Finding, now: number, limits: Thresholds): NoticeState {
  const { severity: before, resolved } = record;
  Object.assign(record, finding, { lastSeenAt: now, successes: 0, isResolved: false });
  if (resolved !== null) {
    if (resolved.by !== byItself.principal && now - resolved.at < limits.graceMs) return null;
    record.comebacks = now - resolved.at < limits.comebackMs ? record.comebacks + 1 : 0;
    return reopen(record, now);
  }
  // A critical issue stays critical until it is resolved, so that it does not worsen repeatedly.
  if (before === 'critical') record.severity = before;
  return before === 'warning' && record.severity === 'critical' && record.state !== 'muted' ? 'worsened' : null;
}

/** Counts occurrences with their deliveries and actions. */
export function countOccurrences(
  record: IssueRecord,
  { times, samples, actionIds }: Occurrences,
  now: number,
  limits: Thresholds,
) {
  record.count += times;
  const counts = seriesOf(record, now);
  counts[counts.length - 1] = (counts.at(-1) ?? 0) + times;
  record.series = { hour: hourOf(now), counts };
  for (const id of samples) record.samples = [id, ...record.samples.filter((one) => one !== id)];
  record.samples = record.samples.slice(0, limits.samplesMax);
  for (const id of actionIds)
    if (!record.actionIds.includes(id)) {
      if (record.actionIds.length < limits.actionsMax) record.actionIds.push(id);
      else record.otherActions = (record.otherActions ?? 0) + (actionIds.length === 1 ? times : 1);
    }
}

/** Occurrences in each of the last hours, the current one last. */
export function seriesOf({ series }: IssueRecord, now: number): number[] {
  const shift = Math.min(issueSeriesHours, Math.max(0, hourOf(now) - series.hour));
  const counts = [...Array<number>(issueSeriesHours).fill(0), ...series.counts, ...Array<number>(shift).fill(0)];
  return counts.slice(-issueSeriesHours);
}

/** Resolves the issue because its problem is gone; `how` is the reason. */
export function resolve(record: IssueRecord, how: string, now: number): NoticeState {
  if (record.state === 'resolved') return null;
  if (record.state === 'muted') {
    record.isResolved = true;
    return null;
  }
  return end(record, { at: now, by: byItself.principal, how });
}

/** Unmutes the issue if its time is up. */
export function wake(record: IssueRecord, now: number): NoticeState {
  return isMuteOver(record, now) ? (unmute(record, now) ?? 'reopened') : null;
}

export function isMuteOver({ state, muted }: Readonly<IssueRecord>, now: number): boolean {
  return state === 'muted' && (muted?.until ?? Number.POSITIVE_INFINITY) <= now;
}

/**
 * An action of a person on an issue. `by`: the person's name. Throws AppError `conflict` when the state does not
 * allow it.
 */
export type IssueAct =
  | { act: 'acknowledge' | 'unmute' | 'reopen'; by: string }
  | { act: 'resolve'; by: string; note: string | null }
  | { act: 'mute'; by: string; until: number | null };

export function applyAct(record: IssueRecord, act: IssueAct, now: number): NoticeState {
  const { by } = act;
  if (act.act === 'reopen') {
    if (record.state !== 'resolved') throw new AppError('conflict', 'The issue is not resolved.');
    return reopen(record, now);
  }
  if (record.state === 'resolved') throw new AppError('conflict', 'The issue is resolved; reopen it first.');
  switch (act.act) {
    case 'acknowledge':
      Object.assign(record, { state: 'acknowledged', muted: null, acknowledged: { at: now, by } });
      return null;
    case 'mute':
      Object.assign(record, { state: 'muted', muted: { at: now, by, until: act.until } });
      return null;
    case 'unmute':
      if (record.state !== 'muted') throw new AppError('conflict', 'The issue is not muted.');
      return unmute(record, now);
    case 'resolve':
      return end(record, { at: now, by, how: act.note ?? `Resolved by ${by}.` });
  }
}

/** Takes back the change of state by an action, and keeps what was counted since. */
export function undoAct(record: IssueRecord, before: IssueRecord): void {
  const { state, openedAt, acknowledged, muted, resolved, isResolved, successes } = before;
  Object.assign(record, { state, openedAt, acknowledged, muted, resolved, isResolved, successes });
}

function end(record: IssueRecord, resolved: NonNullable<IssueRecord['resolved']>): NoticeState {
  Object.assign(record, { state: 'resolved', muted: null, resolved, isResolved: false });
  return 'resolved';
}

function reopen(record: IssueRecord, now: number): NoticeState {
  Object.assign(record, { state: 'open', openedAt: now, acknowledged: null, resolved: null, successes: 0 });
  return 'reopened';
}

function unmute(record: IssueRecord, now: number): NoticeState {
  if (record.isResolved)
    return end(record, { at: now, by: byItself.principal, how: 'It was resolved while it was muted.' });
  record.state = record.acknowledged === null ? 'open' : 'acknowledged';
  record.muted = null;
  return null;
}

function hourOf(now: number): number {
  return Math.floor(now / hourMs);
}
