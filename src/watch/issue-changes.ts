import type { IssueRecord } from '../issues/issues.ts';
import type { Finding, Occurrences } from './finding.ts';
import { countOccurrences, type NoticeState, see } from './issue-life.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * A change of an issue, stored or not yet. When another node stores the issue first, the change is made again on what is
 * stored then.
 */
export type IssueChange = { at: number; isReported: boolean } & (
  | { kind: 'seen'; finding: Finding; occurrences: Occurrences }
  | { kind: 'made'; make(record: IssueRecord): NoticeState }
);

export function seenAt(at: number, finding: Finding, occurrences: Occurrences): IssueChange {
  return { kind: 'seen', at, isReported: false, finding, occurrences };
}

export function madeAt(at: number, make: (record: IssueRecord) => NoticeState): IssueChange {
  return { kind: 'made', at, isReported: false, make };
}

/** Changes the record; returns the change to notify people of, or null. */
export function applyChange(record: IssueRecord, change: IssueChange, limits: Thresholds): NoticeState {
  if (change.kind === 'made') return change.make(record);
  const { at, finding, occurrences } = change;
  const isNew = record.revision === 0 && record.noticed === 0;
  const state = isNew ? 'opened' : see(record, finding, at, limits);
  countOccurrences(record, occurrences, at, limits);
  return state;
}

/** Adds a change to others of an issue; occurrences one after the other are one change, however many come. */
export function addChange(changes: IssueChange[], change: IssueChange, limits: Thresholds): void {
  const last = changes.at(-1);
  if (last?.kind !== 'seen' || change.kind !== 'seen') {
    changes.push(change);
    return;
  }
  const { occurrences: before } = last;
  const { finding, occurrences, at } = change;
  last.occurrences = {
    times: before.times + occurrences.times,
    samples: [...before.samples, ...occurrences.samples].slice(-limits.samplesMax),
    actionIds: [...new Set([...before.actionIds, ...occurrences.actionIds])].slice(0, limits.actionsMax),
  };
  const isCritical = last.finding.severity === 'critical';
  last.finding = isCritical ? { ...finding, severity: 'critical' } : finding;
  last.at = at;
  last.isReported ||= change.isReported;
}
