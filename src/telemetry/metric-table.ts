/** Every metric with its help text and labels. docs/metrics.md is generated from this table. */
export const metricTable = {
  eventsAccepted: counter('millrace_events_accepted', 'Events accepted and stored; duplicates are counted apart.'),
  eventsDuplicate: counter('millrace_events_duplicate', 'Duplicate events, not stored again.'),
  eventsWithUsedId: counter(
    'millrace_events_with_used_id',
    'Those of the duplicate events that have other data than the stored event with the same id.',
  ),
  ruleErrors: counter(
    'millrace_rule_errors',
    'Events without deliveries of an action, because its rules or the planning of its deliveries threw an error.',
  ),
  intakeRefused: counter('millrace_intake_refused', 'Rejected intake requests.', 'code'),
  eventsEvaluated: counter('millrace_events_evaluated', 'Events evaluated against the rules.'),
  eventsMatched: counter('millrace_events_matched', 'Events that fired an action; among those evaluated.'),
  deliveriesPlanned: counter('millrace_deliveries_planned', 'Deliveries planned for matched events.'),
  deliveriesSettled: counter(
    'millrace_delivery_outcomes',
    'Recorded steps of deliveries, by the resulting state.',
    'status',
  ),
  attempts: counter('millrace_attempts', 'HTTP exchanges made for deliveries.', 'outcome', 'error'),
  attemptSeconds: histogram('millrace_attempt_seconds', 'Duration of an attempt.', 'connection'),
  holdsMoved: counter('millrace_holds_changed', 'Holds that traffic started or ended.', 'reason'),
  issuesMoved: counter(
    'millrace_issues_changed',
    'Issues that opened, reopened, worsened or resolved.',
    'change',
    'kind',
  ),
  issuesOpen: sharedGauge('millrace_issues_open', 'Open and acknowledged issues.'),
  tokenRequests: counter('millrace_token_requests', 'Requests for OAuth access tokens.', 'outcome'),
  alertTries: counter('millrace_alert_attempts', 'Attempts to send a message of an alert.', 'outcome'),
  httpRequests: counter('millrace_http_requests', 'HTTP requests received, with a response.', 'route', 'status'),
  httpSeconds: counter('millrace_http_request_seconds', 'Time spent on HTTP requests received.', 'route'),
  signIns: counter('millrace_sign_ins', 'Sign-ins, by outcome.', 'outcome'),
  resetMails: counter('millrace_password_reset_mails', 'Attempts to send a link for a forgotten password.', 'outcome'),
  changes: counter('millrace_configuration_changes', 'Configuration documents written or deleted.', 'kind', 'op'),
  auditEntries: counter('millrace_audit_entries', 'Audit entries without a change of configuration.', 'act', 'result'),
  failures: counter('millrace_failures', 'Internal errors; each has an error line in the log.'),
  storageCommits: counter('millrace_storage_commits', 'Durable transactions of the storage thread.'),
  storageOperations: counter('millrace_storage_operations', 'Operations in these transactions.'),
  storageBytes: sharedGauge('millrace_storage_bytes', 'Size of the database.'),
  storageQueueBytes: gauge('millrace_storage_queue_bytes', 'Size of the write queue.'),
  deliveriesUnfinished: sharedGauge('millrace_deliveries_unfinished', 'Unfinished deliveries, including held ones.'),
  deliveriesInMemory: gauge('millrace_deliveries_in_memory', 'Deliveries queued in memory.'),
  deliveriesInFlight: gauge('millrace_deliveries_in_flight', 'Deliveries in flight.'),
  holdsClosed: sharedGauge('millrace_holds', 'Connections and destinations with a hold.'),
  connections: sharedGauge('millrace_connections', 'Connections, by state.', 'state'),
  connectionHeld: sharedGauge(
    'millrace_connection_held',
    'Held deliveries per connection, on hold or waiting for a person (exhausted, unknown outcome); connections without any are left out.',
    'connection',
  ),
  connectionFailed: sharedGauge(
    'millrace_connection_failed',
    'Failed deliveries per connection that no replay has delivered or repeats; connections without any are left out.',
    'connection',
  ),
  connectionClosedSince: sharedGauge(
    'millrace_connection_held_since_seconds',
    'Start of a hold that traffic caused, of a connection or else of the first of its destinations, in seconds since 1970; connections without one are left out.',
    'connection',
    'reason',
  ),
  connectionRequests: sharedGauge(
    'millrace_connection_requests_in_flight',
    'Requests in flight per connection; connections without any are left out of this metric and the next two.',
    'connection',
  ),
  connectionRequestLimit: sharedGauge(
    'millrace_connection_requests_limit',
    'The requests that may be in flight now, per connection: the limits of its destinations, within its setting.',
    'connection',
  ),
  connectionResponse: sharedGauge(
    'millrace_connection_response_seconds',
    'The usual time of a request to the busiest destination of a connection (lower quartile).',
    'connection',
  ),
  connectionsLimited: sharedGauge(
    'millrace_connections_limited',
    'Connections whose due deliveries wait, by what they wait for: `rate`, `concurrency` (the limit still grows, or is as high as allowed) or `receiver` (more at once would not make it faster).',
    'by',
  ),
  connectionEnds: sharedGauge(
    'millrace_connection_expiry_seconds',
    'Expiry of credentials of a connection, in seconds since 1970: `token` (renewed automatically), `certificate` and `secret` (a person has to replace them).',
    'connection',
    'what',
  ),
  sandboxQueued: gauge('millrace_sandbox_queued', 'Renders that wait for a thread.'),
  sandboxRenders: counter('millrace_sandbox_renders', 'Finished renders.'),
  sandboxThrew: counter('millrace_sandbox_errors', 'Renders that ended in an error of the template.'),
  sandboxExceeded: counter('millrace_sandbox_exceeded', 'Renders stopped at a limit.', 'limit'),
  sandboxRestarts: counter('millrace_sandbox_restarts', 'Render threads replaced after a failure.'),
  processMemory: gauge('process_resident_memory_bytes', 'Resident memory of the process.'),
  processCpu: counter('process_cpu_seconds', 'Processor time used, in all threads.'),
  eventLoop: gauge(
    'millrace_event_loop_utilization',
    'Share of time that the main thread was busy since the last scrape.',
  ),
} as const;

type Table = typeof metricTable;
type MetricName = keyof Table;
export type CounterName = { [K in MetricName]: Table[K]['type'] extends 'counter' ? K : never }[MetricName];
export type HistogramName = { [K in MetricName]: Table[K]['type'] extends 'histogram' ? K : never }[MetricName];
export type PulledName = CounterName | { [K in MetricName]: Table[K]['type'] extends 'gauge' ? K : never }[MetricName];

/** `isShared`: it describes all of the database, of which one node at a time reports it, so that its sum over nodes is right. */
export type Metric = {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  isShared?: true;
};

function counter(name: string, help: string, ...labels: string[]) {
  return { name, type: 'counter', help, labels } as const;
}

function gauge(name: string, help: string, ...labels: string[]) {
  return { name, type: 'gauge', help, labels } as const;
}

function sharedGauge(name: string, help: string, ...labels: string[]) {
  return { ...gauge(name, help, ...labels), isShared: true } as const;
}

function histogram(name: string, help: string, ...labels: string[]) {
  return { name, type: 'histogram', help, labels } as const;
}
