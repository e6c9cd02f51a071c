// The closed lists of issues, for pages that have no use for schemas.

/** What goes wrong. */
export const issueKinds = [
  /** Deliveries to a destination fail in the same way. */
  'failing',
  /** A template or a mapping throws. */
  'template',
  /** A connection rests because it does not work. */
  'tripped',
  /** A connection's credentials were refused. */
  'auth_rejected',
  /** A destination answered that it is gone (410), or an outcome rule paused it. */
  'paused',
  /** A pasted token or a certificate ends soon, or has ended. */
  'expiring',
  /** Deliveries to a destination that is open wait for long. */
  'backlog',
  /** An action that usually fires has not, or no events arrive. */
  'silent',
  /** Deliveries were held for longer than their connection allows, and are failed now. */
  'held_expired',
  /** The disk, or the size limit of what is kept, is reached soon or is reached. */
  'storage',
] as const;

/** What becomes of it. */
export const issueStates = ['open', 'acknowledged', 'muted', 'resolved'] as const;

export const issueSeverities = ['warning', 'critical'] as const;
