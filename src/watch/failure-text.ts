import type { ErrorKind } from '../contract/records/delivery.ts';

type Words = { title: string; fix: string };

/** The title of a failure and its most likely fix. `status`: HTTP status of the response, null if there was none. */
export function failureText(kind: ErrorKind, status: number | null): Words {
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
