import { AppError } from '../contract/errors.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { Attempt, DeliveryStatus, Reason } from '../contract/records/delivery.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import { greeting, type Listening } from './greeting.ts';
import { createLog, errorFields, type Log, type LogOptions } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';

/** The result of one attempt, for the log. Of `attempt` only ids, outcome and timings are read, never a payload. */
export type AttemptReport = {
  deliveryId: string;
  eventId: string | null;
  actionId: string | null;
  destinationId: string;
  connectionId: string;
  test: boolean;
  /** The state of the delivery after the attempt. */
  status: DeliveryStatus;
  reason: Reason | null;
  attempt: Attempt;
};

/** One finished request. `error` is given for failures that need attention. */
type RequestReport = {
  routeId: string;
  method: string;
  status: number;
  durationMs: number;
  requestId: string;
  principal?: string | null;
  error?: unknown;
};

/** Attempt number `number` to send a message of an alert. */
type AlertReport = {
  alertId: string;
  messageId: string;
  about: string;
  number: number;
  ok: boolean;
  detail: string;
};

/** One function for each business event, which writes the log line and updates the counter together. */
export type Telemetry = ReturnType<typeof createTelemetry>;

export type TelemetryOptions = Partial<LogOptions>;

type Out = { logger: Log['logger']; metrics: Metrics };

type ProgramOut = Pick<Log, 'logger' | 'write'> & Pick<LogOptions, 'format'>;

/** Interval of log lines about the same frequent failure. */
const failureLineMs = 10_000;

/** Defaults: JSON lines on stdout at level info. Secrets are not removed unless `scrub` is given. */
export function createTelemetry(options: TelemetryOptions = {}) {
  const given: LogOptions = { level: 'info', format: 'json', to: 1, scrub: (line) => line, ...options };
  const { logger, write, flush } = createLog(given);
  const metrics = createMetrics();
  measureProcess(metrics);
  const out = { logger, metrics };
  return {
    ...programEvents({ logger, write, format: given.format }),
    ...failureEvents(out),
    ...requestEvents(out),
    ...deliveryEvents(out),
    ...operatingEvents(out),
    /** Registers a metric that is read from its owner at each scrape. */
    pull: metrics.pull,
    /** All metrics in a text format; OpenMetrics by default. */
    metrics: metrics.text,
    /** All metrics as values. */
    series: metrics.series,
    /** Writes queued lines; call it before the process ends. */
    flush,
  };
}

function programEvents({ logger, write, format }: ProgramOut) {
  const always = logger.child({}, { level: logger.level === 'silent' ? 'silent' : 'info' });
  return {
    /**
     * The server accepts requests, and this is its address and the link to create the first administrator. Programs wait
     * for these lines: they are written at every level but `silent`. People at a terminal read a greeting in their place.
     */
    listening(at: Listening) {
      if (format === 'terminal') {
        if (logger.level !== 'silent') write(greeting(at));
        return;
      }
      const { url, setupUrl } = at;
      if (setupUrl !== null)
        always.info({ address: setupUrl }, 'no administrator yet: open this address to create the first one');
      always.info({ url }, 'listening');
    },
    stopping: (because: { signal: string }) => logger.info(because, 'stopping'),
    stopped: (after: { durationMs: number }) => logger.info(after, 'stopped'),
    /** A notice for the operator, written once, such as an open guard. */
    noticed: (message: string, fields: Record<string, unknown> = {}) => logger.warn(fields, message),
  };
}

function failureEvents({ logger, metrics }: Out) {
  const failures = new Map<string, { writtenAt: number; unwritten: number }>();

  function failedOften(error: unknown, doing: string) {
    metrics.add('failures', 1);
    const now = performance.now();
    const known = failures.get(doing);
    if (known !== undefined && now - known.writtenAt < failureLineMs) {
      known.unwritten += 1;
      return;
    }
    failures.set(doing, { writtenAt: now, unwritten: 0 });
    logger.error({ ...errorFields(error), unwritten: known?.unwritten ?? 0 }, `could not ${doing}`);
  }

  return {
    /**
     * An internal error; `doing` completes "could not …". While a database does not respond, a dozen tasks fail several times a
     * second: their lines are written as by `failedOften`.
     */
    failed(error: unknown, doing: string) {
      if (error instanceof AppError && error.code === 'unavailable') return failedOften(error, doing);
      metrics.add('failures', 1);
      logger.error(errorFields(error), `could not ${doing}`);
    },
    /**
     * Like `failed`, for code that runs for each event: every failure is counted, and at most one line in 10 s is
     * written for each `doing`, with the number of lines left out (`unwritten`).
     */
    failedOften,
  };
}

/** Whether the server says no as designed, with nothing for the log: it stops, or is too busy. */
const isRefusal = (error: unknown): boolean =>
  error instanceof AppError && error.code !== 'internal' && error.internal === undefined && error.cause === undefined;

/** Requests to the server: the API, sign-ins and intake. */
function requestEvents({ logger, metrics }: Out) {
  return {
    requestFinished(report: RequestReport) {
      metrics.add('httpRequests', 1, report.routeId, String(report.status));
      metrics.add('httpSeconds', report.durationMs / 1_000, report.routeId);
      const { error, ...fields } = report;
      if (error !== undefined && report.status >= 500 && !isRefusal(error)) {
        metrics.add('failures', 1);
        logger.error({ ...fields, ...errorFields(error) }, 'request failed');
      } else if (logger.isLevelEnabled('debug')) logger.debug(fields, 'request');
    },
    /** A sign-in succeeded, or failed with `error`. */
    signInFinished({ userId, address, error }: { userId: string | null; address: string; error?: unknown }) {
      const outcome = error === undefined ? 'done' : error instanceof AppError ? error.code : 'failed';
      metrics.add('signIns', 1, outcome);
      if (error === undefined) return logger.info({ userId, address }, 'signed in');
      const reason = error instanceof AppError ? error.internal : undefined;
      // A refusal before any check is logged at debug: clients can cause any number of them.
      const isChecked = outcome === 'wrong_credentials' || outcome === 'sso_refused' || reason !== undefined;
      const fields = { address, code: outcome, ...(reason === undefined ? {} : { reason }) };
      logger[isChecked ? 'warn' : 'debug'](fields, 'sign-in refused');
    },
    /** An attempt to send a link for a forgotten password. `detail` is the answer of the mail server, or the error. */
    passwordResetMailed(report: { userId: string; ok: boolean; detail: string }) {
      metrics.add('resetMails', 1, report.ok ? 'sent' : 'failed');
      logger[report.ok ? 'info' : 'warn'](report, 'password reset e-mail');
    },
    /** `others`: the duplicates that have other data than the stored event. */
    eventsAccepted({ events, duplicates, usedIds }: { events: number; duplicates: number; usedIds: number }) {
      metrics.add('eventsAccepted', events);
      if (duplicates > 0) metrics.add('eventsDuplicate', duplicates);
      if (usedIds > 0) metrics.add('eventsWithUsedId', usedIds);
    },
    /** Stored events have no deliveries of an action, since its rules or their planning threw. */
    rulesThrew: ({ events }: { events: number }) => metrics.add('ruleErrors', events),
    intakeRefused(refusal: { code: string; requestId: string }) {
      metrics.add('intakeRefused', 1, refusal.code);
      if (logger.isLevelEnabled('debug')) logger.debug(refusal, 'intake refused');
    },
  };
}

function deliveryEvents({ logger, metrics }: Out) {
  return {
    eventsMatched({ events, matched, deliveries }: { events: number; matched: number; deliveries: number }) {
      metrics.add('eventsEvaluated', events);
      metrics.add('eventsMatched', matched);
      metrics.add('deliveriesPlanned', deliveries);
    },
    attemptFinished(report: AttemptReport) {
      const { attempt } = report;
      metrics.add('attempts', 1, attempt.outcome, attempt.error?.kind ?? '');
      metrics.observe('attemptSeconds', attempt.durationMs / 1_000, report.connectionId);
      if (logger.isLevelEnabled('debug')) logger.debug(attemptFields(report), 'attempt');
    },
    /** A step of a delivery was recorded, with or without an exchange; counted only. */
    deliverySettled({ status }: { status: DeliveryStatus }) {
      metrics.add('deliveriesSettled', 1, status);
    },
    /** Traffic started a hold, or ended it (`reason` null). */
    holdMoved({ scopeId, reason, detail }: { scopeId: string; reason: Reason | null; detail: string | null }) {
      metrics.add('holdsMoved', 1, reason ?? 'opened');
      if (reason === null) logger.info({ scopeId }, 'hold ended');
      else logger.warn({ scopeId, reason, detail }, 'hold started');
    },
    /** A failover of the database lost what was committed of partitions of this node, at least this. */
    writesLost(
      lost: readonly { partition: number; events: number; deliveries: number; from: number | null; to: number }[],
    ) {
      metrics.add('failures', 1);
      for (const { from, to, ...of } of lost) {
        const times = { from: from === null ? null : new Date(from).toISOString(), to: new Date(to).toISOString() };
        logger.error({ ...of, ...times }, 'a failover of the database lost committed writes');
      }
    },
    /** A replay started, was held up or finished. */
    replayMoved: (replay: { id: string; state: string }) => logger.info(replay, 'replay'),
    tokenRequested(request: { connectionId: string; outcome: string; durationMs: number }) {
      metrics.add('tokenRequests', 1, request.outcome);
      logger.info(request, 'token request');
    },
  };
}

/** Issues, alerts, changes of configuration and the audit trail. */
function operatingEvents({ logger, metrics }: Out) {
  return {
    /** An issue opened, reopened, worsened or resolved. */
    issueMoved(notice: IssueNotice) {
      const { issueId, change, kind, severity, title, connectionId, destinationId, actionId } = notice;
      metrics.add('issuesMoved', 1, change, kind);
      const fields = { issueId, change, kind, severity, connectionId, destinationId, actionId };
      logger[change === 'resolved' ? 'info' : 'warn'](fields, `issue ${change}: ${title}`);
    },
    alertTried(report: AlertReport) {
      metrics.add('alertTries', 1, report.ok ? 'sent' : 'failed');
      logger[report.ok ? 'info' : 'warn'](report, 'alert');
    },
    configurationChanged(change: { kind: string; id: string; version: number; op: 'put' | 'delete'; by: string }) {
      metrics.add('changes', 1, change.kind, change.op);
      logger.info(change, 'configuration changed');
    },
    /** An audit entry without a change of configuration. */
    audited({ act, kind, id, principal, principalId, address, requestId, result, code }: NewAuditEntry) {
      metrics.add('auditEntries', 1, act, result);
      logger.info({ act, kind, id, principal, principalId, address, requestId, result, code }, 'audit');
    },
    /** The newest audit entry, logged so that the trail can be verified against it later. */
    auditHead: (head: { number: number; hash: string }) => logger.info(head, 'audit head'),
  };
}

function measureProcess(metrics: Metrics) {
  let lastLook = performance.eventLoopUtilization();
  metrics.pull('processMemory', () => process.memoryUsage.rss());
  metrics.pull('processCpu', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.pull('eventLoop', () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, lastLook);
    lastLook = now;
    return utilization;
  });
}

/** The log fields of an attempt. */
function attemptFields({ attempt, ...report }: AttemptReport): Record<string, unknown> {
  return {
    ...report,
    attemptId: attempt.id,
    number: attempt.number,
    counted: attempt.counted,
    outcome: attempt.outcome,
    httpStatus: attempt.response?.status ?? null,
    error: attempt.error?.kind ?? null,
    ...(attempt.error === null ? {} : { errorMessage: attempt.error.message }),
    durationMs: attempt.durationMs,
    ...attempt.timings,
  };
}
