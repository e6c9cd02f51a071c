import type { EgressError } from '../../egress.ts';

/** Whether a step failed. */
export function isFailure(result: object): result is EgressError {
  return 'kind' in result && 'message' in result;
}

/**
 * Describes the error that ended an open connection; null when the peer closed it. Raw messages of the socket are not
 * passed on, since they contain addresses.
 */
export function lostError(error: unknown): EgressError {
  const code = codeOf(error);
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return tlsError(error);
  return { kind: 'reset', message: 'The peer closed the connection before it answered.' };
}

/** Describes why no socket was opened. */
export function connectError(error: unknown, where: string): EgressError {
  const code = codeOf(error);
  const words = CONNECT_WORDS[code] ?? `The connection to ${where} failed (${code || 'unknown error'}).`;
  return { kind: 'connect', message: words.replace('{where}', where) };
}

/** Describes why a name has no usable address. */
export function dnsError(error: unknown, host: string): EgressError {
  const code = codeOf(error);
  const words =
    DNS_WORDS[code] ?? `The DNS lookup of {host} failed (${code || 'unknown error'}). Check the DNS servers.`;
  return { kind: 'dns', message: words.replace('{host}', host) };
}

/** Describes why the TLS handshake failed, or why the peer ended TLS later. */
export function tlsError(error: unknown): EgressError {
  const code = codeOf(error);
  const words = LOST.has(code)
    ? 'The peer closed the connection during the TLS handshake.'
    : (TLS_WORDS[code] ?? `The TLS handshake failed (${code || 'unknown error'}).`);
  return { kind: 'tls', message: words };
}

/** The first code in an error, in its bundled errors, or in its cause; empty when there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

const LOST: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: '{where} refused the connection. Check that the service runs and that the port is right.',
  ECONNRESET: '{where} closed the connection at once.',
  ETIMEDOUT: '{where} did not answer the connection attempt. Check address, port and firewalls.',
  EHOSTUNREACH: 'There is no route to {where}.',
  ENETUNREACH: 'There is no route to {where}.',
  EADDRNOTAVAIL: 'This machine has no address or port left from which {where} can be reached.',
  EMFILE: 'This machine has no file descriptor left for a connection.',
};

const DNS_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name {host} does not exist in DNS. Check how it is spelled.',
  ENODATA: 'The name {host} has no address in DNS.',
  EAI_AGAIN: 'DNS did not answer for {host} for the moment.',
  ETIMEOUT: 'DNS did not answer for {host} in time.',
  ESERVFAIL: 'The DNS server failed for {host}.',
  ECONNREFUSED: 'The DNS server is not reachable.',
  EREFUSED: 'The DNS server refused to answer for {host}.',
};

const TLS_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate of the peer has expired.',
  CERT_NOT_YET_VALID: 'The certificate of the peer is not valid yet. Check the clocks.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate of the peer is self-signed. Add it to the connection as CA to trust it.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'The certificate chain of the peer ends in a CA that is not trusted. Add that CA to the connection.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The certificate of the peer is signed by a CA that is not trusted, or an intermediate certificate is missing.',
  UNABLE_TO_GET_ISSUER_CERT:
    'The certificate of the peer is signed by a CA that is not trusted, or an intermediate certificate is missing.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'The certificate of the peer is signed by a CA that is not trusted, or an intermediate certificate is missing.',
  CERT_REVOKED: 'The certificate of the peer was revoked.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the peer is for another host name.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The peer does not speak TLS on this port. Check scheme and port.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The peer does not speak TLS on this port. Check scheme and port.',
  EPROTO: 'The peer and this server found no common TLS version or cipher, or the port does not speak TLS.',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'The peer offers no TLS version from 1.2 on.',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'The peer offers no TLS version from 1.2 on.',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'The peer asks for a client certificate. Add one to the connection.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'The peer does not trust the client certificate of the connection.',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'The peer does not accept the client certificate of the connection.',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'The client certificate of the connection has expired.',
};
