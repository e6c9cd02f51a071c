import type { EgressError, EgressErrorKind } from '../../egress.ts';

/** A failure that is already described for people. Thrown inside the adapter only. */
export class EgressFailure extends Error {
  readonly kind: EgressErrorKind;

  constructor(kind: EgressErrorKind, message: string) {
    super(message);
    this.name = 'EgressFailure';
    this.kind = kind;
  }
}

/**
 * Runs a function without recording stack traces. Stacks are the largest cost of ending a truncated response, and its
 * errors are reported in words, if at all.
 */
export function withoutStacks<T>(end: () => T): T {
  const depth = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return end();
  } finally {
    Error.stackTraceLimit = depth;
  }
}

/**
 * Describes the error that ended an exchange on an open socket. Raw messages of the parser and of the socket are not
 * passed on: they contain addresses and pieces of the response.
 */
export function exchangeError(error: unknown): EgressError {
  if (error instanceof EgressFailure) return { kind: error.kind, message: error.message };
  const code = codeOf(error);
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return tlsError(error);
  if (LOST.has(code)) return { kind: 'reset', message: RESET };
  if (code === 'UND_ERR_SOCKET') {
    const message = error instanceof Error ? error.message : '';
    if (message === 'bad upgrade') return { kind: 'protocol', message: UPGRADE };
    return message === 'bad response' ? { kind: 'protocol', message: GARBAGE } : { kind: 'reset', message: RESET };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { kind: 'protocol', message: 'The head of the response is larger than 16 KiB.' };
  }
  return { kind: 'protocol', message: GARBAGE };
}

/** Describes why no socket was opened. */
export function connectError(error: unknown, where: string): EgressError {
  if (error instanceof EgressFailure) return { kind: error.kind, message: error.message };
  const code = codeOf(error);
  const words = CONNECT_WORDS[code] ?? `The connection to ${where} failed (${code || 'unknown error'}).`;
  return { kind: 'connect', message: words.replace('{where}', where) };
}

/** Describes why a name has no usable address. */
export function dnsError(error: unknown, host: string): EgressError {
  if (error instanceof EgressFailure) return { kind: error.kind, message: error.message };
  const code = codeOf(error);
  const words =
    DNS_WORDS[code] ?? `The DNS lookup of {host} failed (${code || 'unknown error'}). Check the DNS servers.`;
  return { kind: 'dns', message: words.replace('{host}', host) };
}

/** Describes why the TLS handshake failed, or why the peer ended TLS later. */
export function tlsError(error: unknown): EgressError {
  if (error instanceof EgressFailure) return { kind: error.kind, message: error.message };
  const code = codeOf(error);
  const known = TLS_WORDS[code];
  if (known !== undefined) return { kind: 'tls', message: known };
  if (LOST.has(code)) return { kind: 'tls', message: 'The peer closed the connection during the TLS handshake.' };
  return { kind: 'tls', message: `The TLS handshake failed (${code || 'unknown error'}).` };
}

/** Whether the error is the one of a kept socket that the peer closed while it was idle. */
export function isLostSocket(error: unknown): boolean {
  return exchangeError(error).kind === 'reset' && !(error instanceof EgressFailure);
}

/** The first code in an error, in its bundled errors, or in its cause; empty when there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

const RESET = 'The peer closed the connection before it answered.';
const GARBAGE = 'The response is not valid HTTP/1.1. Check the port and the scheme.';
export const UPGRADE = 'The peer switched protocols (101) without being asked.';

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
