// The closed lists of issues, kept apart from the schemas for pages that need only these.

/** The kinds of issues. */
export const issueKinds = [
  /** Deliveries to a destination fail in the same way. */
  'failing',
  /** A template or a field mapping throws. */
  'template',
  /** The circuit breaker of a connection is open. */
  'tripped',
  /** The credentials of a connection were refused. */
  'auth_rejected',
  /** A destination responded that it is gone (410), or an outcome rule paused it. */
  'paused',
  /** A pasted token or a certificate expires soon, or has expired. */
  'expiring',
  /** Deliveries to an open destination wait for a long time. */
  'backlog',
  /** An action that usually fires has stopped, or no events arrive. */
  'silent',
  /** Deliveries were held for longer than their connection allows and failed. */
  'held_expired',
  /** The disk or the size limit of retention is nearly or completely used up. */
  'storage',
] as const;

/** The states of an issue; see issue.ts. */
export const issueStates = ['open', 'acknowledged', 'muted', 'resolved'] as const;

export const issueSeverities = ['warning', 'critical'] as const;
