import type { Issue } from '../contract/records/issue.ts';
import type { IssueRecord } from '../issues/issues.ts';
import { seriesOf } from './issue-life.ts';

/** An issue in the form of the API, with current values added. */
export function shownIssue(record: Readonly<IssueRecord>, present: { held: number; now: number }): Issue {
  const { acknowledged, muted, resolved } = record;
  return {
    id: record.id,
    kind: record.kind,
    title: record.title,
    state: record.state,
    severity: record.severity,
    connectionId: record.connectionId,
    destinationId: record.destinationId,
    actionId: record.actionId,
    errorKind: record.errorKind,
    firstSeenAt: shownTime(record.firstSeenAt),
    lastSeenAt: shownTime(record.lastSeenAt),
    openedAt: shownTime(record.openedAt),
    count: record.count,
    series: seriesOf(record, present.now),
    actionIds: record.actionIds,
    otherActions: record.otherActions ?? 0,
    held: record.state === 'resolved' ? 0 : present.held,
    detail: record.detail,
    likelyFix: record.likelyFix,
    cause: record.cause ?? null,
    samples: record.samples,
    changes: record.changes,
    acknowledgedAt: acknowledged && shownTime(acknowledged.at),
    acknowledgedBy: acknowledged?.by ?? null,
    mutedUntil: muted?.until == null ? null : shownTime(muted.until),
    mutedBy: muted?.by ?? null,
    resolvedAt: resolved && shownTime(resolved.at),
    resolvedBy: resolved?.by ?? null,
    resolution: resolved?.how ?? null,
  };
}

function shownTime(ms: number): string {
  return new Date(ms).toISOString();
}
