// The closed lists of issues, kept apart from the schemas for pages that need only these.

/** The kinds of issues. */
export const issueKinds = [
  /** Deliveries to a destination fail in the same way. */
  'failing',
  /** A template or a field mapping throws. */
  'template',
  /** The circuit breaker of a connection or destination is open. */
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
  /** Events of a collector were not stored, since other events with their ids are. */
  'used_ids',
  /** Events have no deliveries of an action, since its rules threw an error. */
  'rule_error',
  /** A failover of the database lost what was stored. */
  'lost_writes',
  /** The disk or the size limit of retention is nearly or completely used up. */
  'storage',
] as const;

/** The states of an issue; see issue.ts. */
export const issueStates = ['open', 'acknowledged', 'muted', 'resolved'] as const;

/** What an issue is about, so that a client can word it; each with the `values` that it has. */
export const issueCauseCodes = [
  /** `subject`, `detail`; `status` of the response, if there was one; `errorKind` is in the issue. */
  'deliveries_failing',
  /** `subject`. */
  'other_failures',
  /** `subject`, `detail`, and `action` if there is one. */
  'template_failing',
  /** `subject`, `detail`. */
  'breaker_open',
  /** `subject`, `detail`. */
  'credentials_rejected',
  /** `subject`, `detail`. */
  'credentials_missing',
  /** `subject`, and `detail` if it is known. */
  'destination_paused',
  /** `subject`, `at` (RFC 3339). */
  'token_expiring',
  /** `subject`, `at` (RFC 3339). */
  'certificate_expiring',
  /** `subject`, `lateMs`, `open`: unfinished deliveries. */
  'backlog',
  /** `subject`, `at` (RFC 3339): the end of the pause that the system asked for, `open`: unfinished deliveries. */
  'asked_pause',
  /** `quietMs`, `usually`: events in such a time. */
  'no_events',
  /** `subject`, `quietMs`, `usually`: matches in such a time. */
  'action_silent',
  /** `subject`. */
  'held_expired',
  /** `subject`. */
  'used_ids',
  /** `error`: its class, `event`: the id of the last event, `subject`: the action, if it is known. */
  'rule_error',
  /** `events`, `deliveries`, `at` (RFC 3339): the newest lost event, `since` (RFC 3339): the newest event before the lost ones, if there is one. */
  'lost_writes',
  /** `freeBytes`, `reserveBytes`. */
  'disk_filling',
  'storage_limit',
] as const;

export const issueSeverities = ['warning', 'critical'] as const;
