import type { IssueRecord } from './issues.ts';

/** A sample issue: deliveries to a destination fail. */
export function issueSample(fields: Partial<IssueRecord> = {}): IssueRecord {
  return {
    id: 'iss_1',
    revision: 0,
    fingerprint: 'failing dst_1 HTTP 500.',
    kind: 'failing',
    title: 'HTTP 500 from CRM › Orders',
    state: 'open',
    severity: 'warning',
    connectionId: 'con_1',
    destinationId: 'dst_1',
    actionId: null,
    errorKind: 'http_5xx',
    detail: 'HTTP 500.',
    likelyFix: 'Ask its operator.',
    firstSeenAt: 1_000,
    lastSeenAt: 2_000,
    openedAt: 1_000,
    count: 3,
    series: { hour: 0, counts: [3] },
    actionIds: ['act_1'],
    samples: ['dlv_2', 'dlv_1'],
    changes: [],
    successes: 0,
    comebacks: 0,
    isResolved: false,
    acknowledged: null,
    muted: null,
    resolved: null,
    noticed: 0,
    notices: [],
    ...fields,
  };
}
