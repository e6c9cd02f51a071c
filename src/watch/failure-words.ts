import type { ErrorKind } from '../contract/records/delivery.ts';

type Words = { title: string; fix: string };

/** How a failure is called, and what most likely mends it. `status`: of the answer, if there was one. */
export function failureWords(kind: ErrorKind, status: number | null): Words {
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
    fix: 'Check host and port in the base URL, and whether a firewall is between. If the system is down, deliveries are tried again by themselves.',
  },
  tls: {
    title: 'No secure connection to',
    fix: 'Run Test authentication on the connection: it shows the certificate. A CA of your own belongs into the connection’s TLS settings.',
  },
  timeout: {
    title: 'Time-outs of',
    fix: 'The system is slow or down. Raise the connection’s time-out or lower its rate, if it answers late rather than never.',
  },
  reset: {
    title: 'Connections cut off by',
    fix: 'The system or a proxy before it closes connections. Deliveries are tried again by themselves; ask whoever runs it.',
  },
  http_3xx: {
    title: 'Redirects from',
    fix: 'Redirects are not followed. Put the final address into the base URL or the endpoint path.',
  },
  http_4xx: {
    title: 'Requests refused by',
    fix: 'Look at the answer of a sample, correct the template or the mapping, and replay what failed.',
  },
  http_429: {
    title: 'Too many requests for',
    fix: 'Set a rate on the connection that the system allows.',
  },
  http_5xx: {
    title: 'Server errors of',
    fix: 'The system fails. Deliveries are tried again by themselves; ask whoever runs it if it goes on.',
  },
  too_large: {
    title: 'Too much for',
    fix: 'Make the body smaller: send fewer fields or smaller batches.',
  },
  blocked: {
    title: 'Blocked address of',
    fix: 'Use a public address, or have the operator allow it with MILLRACE_EGRESS_ALLOW.',
  },
  auth: {
    title: 'No access token for',
    fix: 'Run Test authentication on the connection: it shows what the token endpoint answers.',
  },
  template: {
    title: 'Template error for',
    fix: 'Open a sample’s event in the template’s preview, correct the line that the cause names, and retry what failed with the current template.',
  },
  protocol: {
    title: 'Unreadable answers from',
    fix: 'What answers does not speak HTTP as it should. Check host and port, and proxies between.',
  },
  internal_error: {
    title: 'Internal errors in deliveries to',
    fix: 'Millrace itself failed. Look for the error in the server’s log, and report it. Deliveries are tried again by the retry schedule.',
  },
};

const byStatus: Readonly<Record<number, string>> = {
  400: 'The body is not what the system expects. Compare the request of a sample with its documentation, correct template or mapping, and replay what failed.',
  401: 'The system wants credentials. Choose an authentication type on the connection.',
  403: 'The credentials are good but may not do this. Grant them the right or scope in that system.',
  404: 'Check the endpoint path, and values that the template puts into it.',
  405: 'Check the request method of the destination.',
  409: 'The system has this record already. If that is fine, add an outcome rule: 409 → success.',
  413: 'Make the body smaller: send fewer fields or smaller batches.',
  415: 'Check the content type of the destination.',
  422: 'The system refuses a value. Look at the answer of a sample, correct template or mapping, and replay what failed.',
  501: 'The system does not do this. Check request method and endpoint path.',
};
