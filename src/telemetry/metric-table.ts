/** Every metric: what it counts and by what. docs/metrics.md is made from this table. */
export const metricTable = {
  eventsAccepted: counter('millrace_events_accepted', 'Events answered as kept, repeated ones included.'),
  eventsDuplicate: counter('millrace_events_duplicate', 'Events that repeated an earlier one and were kept once.'),
  intakeRefused: counter('millrace_intake_refused', 'Intake requests of which nothing was kept.', 'code'),
  eventsMatched: counter('millrace_events_matched', 'Events held against the rules.'),
  deliveriesPlanned: counter('millrace_deliveries_planned', 'Deliveries that matched events led to.'),
  deliveriesSettled: counter(
    'millrace_deliveries_settled',
    'Steps of deliveries recorded, by the state they led to.',
    'status',
  ),
  attempts: counter('millrace_attempts', 'HTTP exchanges made for deliveries.', 'outcome', 'error'),
  attemptSeconds: histogram('millrace_attempt_seconds', 'Duration of an attempt.', 'connection'),
  gatesMoved: counter('millrace_gates_moved', 'Times that traffic closed or opened a gate.', 'reason'),
  issuesMoved: counter(
    'millrace_issues_moved',
    'Times that an issue opened, came back, worsened or was over.',
    'change',
    'kind',
  ),
  issuesOpen: gauge('millrace_issues_open', 'Issues that are open or acknowledged.'),
  tokenRequests: counter('millrace_token_requests', 'Requests for OAuth access tokens.', 'outcome'),
  alertTries: counter('millrace_alert_tries', 'Tries to send a message of an alert.', 'outcome'),
  httpRequests: counter('millrace_http_requests', 'Requests answered.', 'route', 'status'),
  httpSeconds: counter('millrace_http_request_seconds', 'Time spent on requests.', 'route'),
  signIns: counter('millrace_sign_ins', 'Sign-ins, by what they came to.', 'outcome'),
  changes: counter('millrace_configuration_changes', 'Documents written or deleted.', 'kind', 'op'),
  auditEntries: counter(
    'millrace_audit_entries',
    'Entries of the audit trail that no change of configuration goes with.',
    'act',
    'result',
  ),
  failures: counter('millrace_failures', 'Things that failed inside Millrace; each has an error line in the log.'),
  storageCommits: counter('millrace_storage_commits', 'Durable transactions of the storage thread.'),
  storageOperations: counter('millrace_storage_operations', 'Operations that these transactions held.'),
  storageBytes: gauge('millrace_storage_bytes', 'Size of the database.'),
  storageQueueBytes: gauge('millrace_storage_queue_bytes', 'What waits to be written.'),
  deliveriesUnfinished: gauge(
    'millrace_deliveries_unfinished',
    'Deliveries that are not finished, held ones included.',
  ),
  deliveriesInMemory: gauge('millrace_deliveries_in_memory', 'Deliveries handed on in memory.'),
  deliveriesInFlight: gauge('millrace_deliveries_in_flight', 'Deliveries on the wire now.'),
  gatesClosed: gauge('millrace_gates_closed', 'Connections and destinations whose deliveries are held now.'),
  connections: gauge('millrace_connections', 'Connections, by how they stand.', 'state'),
  connectionHeld: gauge(
    'millrace_connection_held',
    'Deliveries that a connection holds; one that holds none is left out.',
    'connection',
  ),
  connectionClosedSince: gauge(
    'millrace_connection_closed_since_seconds',
    'When traffic closed a connection, in seconds since 1970; an open one is left out.',
    'connection',
    'reason',
  ),
  connectionEnds: gauge(
    'millrace_connection_expiry_seconds',
    'When something of a connection ends, in seconds since 1970: `token` (renewed by itself), `certificate` and `secret` (a person has to replace them).',
    'connection',
    'what',
  ),
  sandboxQueued: gauge('millrace_sandbox_queued', 'Renders that wait for a thread.'),
  sandboxRenders: counter('millrace_sandbox_renders', 'Renders done.'),
  sandboxThrew: counter('millrace_sandbox_threw', 'Renders that ended in an error of the template.'),
  sandboxExceeded: counter('millrace_sandbox_exceeded', 'Renders stopped at a limit.', 'limit'),
  sandboxRestarts: counter('millrace_sandbox_restarts', 'Render threads that had to be replaced.'),
  processMemory: gauge('process_resident_memory_bytes', 'Resident memory of the process.'),
  processCpu: counter('process_cpu_seconds', 'Processor time used, in all threads.'),
  eventLoop: gauge(
    'millrace_event_loop_utilization',
    'Share of time that the main thread was busy since the last look.',
  ),
} as const;

type Table = typeof metricTable;
type MetricName = keyof Table;
export type CounterName = { [K in MetricName]: Table[K]['type'] extends 'counter' ? K : never }[MetricName];
export type HistogramName = { [K in MetricName]: Table[K]['type'] extends 'histogram' ? K : never }[MetricName];
export type PulledName = CounterName | { [K in MetricName]: Table[K]['type'] extends 'gauge' ? K : never }[MetricName];

export type Metric = { name: string; type: 'counter' | 'gauge' | 'histogram'; help: string; labels: readonly string[] };

function counter(name: string, help: string, ...labels: string[]) {
  return { name, type: 'counter', help, labels } as const;
}

function gauge(name: string, help: string, ...labels: string[]) {
  return { name, type: 'gauge', help, labels } as const;
}

function histogram(name: string, help: string, ...labels: string[]) {
  return { name, type: 'histogram', help, labels } as const;
}
