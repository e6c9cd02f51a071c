import { hash } from 'node:crypto';
import type { ErrorKind } from '../contract/records/delivery.ts';
import type { DueDelivery, Settlement } from '../journal/journal.ts';
import type { Finding, Names } from './finding.ts';

const shapeMax = 120;

/** Whether the delivery is finished or waits for a person. */
export function isFinal({ status }: Settlement): boolean {
  return status === 'failed' || status === 'held';
}

/** Whether the step reports a failure; a wait that the peer asked for is none. */
export function isFailure(delivery: DueDelivery, settlement: Settlement): boolean {
  return settlement.errorKind !== null && (isFinal(settlement) || settlement.attempts > delivery.attempts);
}

/**
 * The finding that groups failed deliveries: by destination, error kind, and status or the shape of the error text.
 */
export function findingOf(
  { destinationId, connectionId, actionId }: DueDelivery,
  { errorKind, detail, log }: Settlement,
  names: Names,
  isCritical: boolean,
): Finding {
  const kind = errorKind ?? 'protocol';
  const status = kind.startsWith('http_') || kind === 'protocol' ? (log.at(-1)?.response?.status ?? null) : null;
  const isTemplate = kind === 'template';
  const { title, fix } = failureText(kind, status);
  // Not the text itself: it may quote an event, and an erasure would not find it without its numbers.
  const shape = status ?? hash('sha256', shapeOf(detail ?? ''), 'base64url').slice(0, 22);
  const by = isTemplate && actionId !== null ? ` (${names.action(actionId)})` : '';
  return {
    fingerprint: `failing ${destinationId} ${isTemplate ? actionId : ''} ${kind} ${shape}`,
    kind: isTemplate ? 'template' : 'failing',
    severity: isCritical ? 'critical' : 'warning',
    title: `${title} ${names.destination(destinationId)}${by}`,
    detail: detail ?? title,
    likelyFix: fix,
    cause: {
      code: isTemplate ? 'template_failing' : 'deliveries_failing',
      values: {
        subject: names.destination(destinationId),
        detail: detail ?? title,
        ...(status === null ? {} : { status }),
        ...(isTemplate && actionId !== null ? { action: names.action(actionId) } : {}),
      },
    },
    connectionId,
    destinationId,
    actionId: isTemplate ? actionId : null,
    errorKind: kind,
  };
}

/** The collective finding for a destination with too many kinds of failures. */
export function foldedFinding(finding: Finding, names: Names): Finding {
  const { destinationId } = finding;
  return {
    ...finding,
    fingerprint: `failing ${destinationId} other`,
    kind: 'failing',
    detail: finding.kind === 'template' ? finding.title : finding.detail,
    title: `Other failures of ${names.destination(destinationId ?? '')}`,
    cause: { code: 'other_failures', values: { subject: names.destination(destinationId ?? '') } },
    actionId: null,
    errorKind: null,
  };
}

/** The text without parts that differ each time: numbers, ids, quoted values. */
function shapeOf(detail: string): string {
  return detail
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/\b[a-z]{3}_[0-9a-z]{26}\b|[0-9a-f]{8,}|\d+/gi, '#')
    .slice(0, shapeMax);
}

type Words = { title: string; fix: string };

/** The title of a failure and its most likely fix. `status`: HTTP status of the response, null if there was none. */
function failureText(kind: ErrorKind, status: number | null): Words {
  const words = byKind[kind];
  if (status === null) return words;
  return { title: `HTTP ${status} from`, fix: byStatus[status] ?? words.fix };
}

const byKind: Record<ErrorKind, Words> = {
  dns: {
    title: 'Unknown host name of',
    fix: 'Check the host name in the base URL of the connection, and the resolver of this machine.',
  },
  connect: {
    title: 'No connection to',
    fix: 'Check host and port in the base URL, and whether a firewall is in between. If the system is down, deliveries are retried automatically.',
  },
  tls: {
    title: 'No secure connection to',
    fix: 'Run Test authentication on the connection: it shows the certificate. Add a private CA in the connection’s TLS settings.',
  },
  timeout: {
    title: 'Timeouts of',
    fix: 'The system is slow or down. If it responds late, raise the connection’s timeout or lower its rate.',
  },
  reset: {
    title: 'Connections closed by',
    fix: 'The system or a proxy in front of it closes connections. Deliveries are retried automatically; ask the operator of the system.',
  },
  http_3xx: {
    title: 'Redirects from',
    fix: 'Redirects are not followed. Put the final URL into the base URL or the endpoint path.',
  },
  http_4xx: {
    title: 'Requests rejected by',
    fix: 'Look at the response of a sample, correct the template or the mapping, and replay the failed deliveries.',
  },
  http_429: {
    title: 'Too many requests for',
    fix: 'Set a rate on the connection that the system allows.',
  },
  http_5xx: {
    title: 'Server errors of',
    fix: 'The system has an internal failure. Deliveries are retried automatically; if it persists, ask the operator of the system.',
  },
  too_large: {
    title: 'Request too large for',
    fix: 'Make the body smaller: send fewer fields or smaller batches.',
  },
  blocked: {
    title: 'Blocked address of',
    fix: 'Use a public address, or have the operator allow it with MILLRACE_EGRESS_ALLOW.',
  },
  auth: {
    title: 'No access token for',
    fix: 'Run Test authentication on the connection: it shows the response of the token endpoint.',
  },
  template: {
    title: 'Template error for',
    fix: 'Open a sample’s event in the template’s preview, correct the line that the cause names, and retry the failed deliveries with the current template.',
  },
  protocol: {
    title: 'Unreadable responses from',
    fix: 'The peer does not speak valid HTTP. Check host and port, and proxies in between.',
  },
  internal_error: {
    title: 'Internal errors in deliveries to',
    fix: 'Millrace itself failed. Look for the error in the server’s log, and report it. Deliveries are retried by the retry schedule.',
  },
};

const byStatus: Readonly<Record<number, string>> = {
  304: 'The system treats the request as conditional. Remove headers such as If-None-Match from the connection and the destination. If 304 is fine, add an outcome rule: 304 → success.',
  400: 'The system does not accept the body. Compare the request of a sample with the system’s documentation, correct the template or mapping, and replay the failed deliveries.',
  401: 'The system requires credentials. Choose an authentication type on the connection.',
  403: 'The credentials are valid but lack permission. Grant them the right or scope in that system.',
  404: 'Check the endpoint path and the values that the template puts into it.',
  405: 'Check the request method of the destination.',
  409: 'The system has this record already. If that is fine, add an outcome rule: 409 → success.',
  413: 'Make the body smaller: send fewer fields or smaller batches.',
  415: 'Check the content type of the destination.',
  422: 'The system rejects a value. Look at the response of a sample, correct the template or mapping, and replay the failed deliveries.',
  501: 'The system does not support this. Check request method and endpoint path.',
};
