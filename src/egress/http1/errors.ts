import type { EgressError } from '../egress.ts';

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
export function connectError(error: unknown, place: string): EgressError {
  return described('connect', CONNECT_WORDS, error, place, 'The connection to {} failed (CODE).');
}

/** Describes why a name has no usable address. */
export function dnsError(error: unknown, host: string): EgressError {
  return described('dns', DNS_WORDS, error, host, 'The DNS lookup of {} failed (CODE). Check the DNS servers.');
}

/** The peer closed the connection during the TLS handshake. */
export const hungUp: EgressError = {
  kind: 'tls',
  message: 'The peer closed the connection during the TLS handshake. It possibly requires a client certificate.',
};

/** Describes why the TLS handshake failed, or why the peer ended TLS later. */
export function tlsError(error: unknown): EgressError {
  return described('tls', TLS_WORDS, error, '', 'The TLS handshake failed (CODE).');
}

function described(
  kind: EgressError['kind'],
  words: Readonly<Record<string, string>>,
  error: unknown,
  place: string,
  other: string,
): EgressError {
  const code = codeOf(error);
  // Versions of OpenSSL name one alert differently: SSLV3_ALERT_, SSL/TLS_ALERT_, TLSV1_ALERT_.
  const word = words[code] ?? words[code.replace(/^ERR_SSL_.+_ALERT_/, 'ALERT_')];
  return { kind, message: (word ?? other.replace('CODE', code || 'unknown error')).replace('{}', place) };
}

/** The first code in an error, in its bundled errors, or in its cause; empty when there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

const UNKNOWN_CA =
  'The certificate of the peer is signed by a CA that is not trusted, or an intermediate certificate is missing.';
const REFUSED = 'The peer does not accept the client certificate of the connection.';
const TOO_OLD = 'The peer offers no TLS version from 1.2 on.';

const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: '{} refused the connection. Check that the service runs and that the port is right.',
  ECONNRESET: '{} closed the connection at once.',
  ETIMEDOUT: '{} did not answer the connection attempt. Check address, port and firewalls.',
  EHOSTUNREACH: 'There is no route to {}.',
  ENETUNREACH: 'There is no route to {}.',
  EADDRNOTAVAIL: 'This machine has no address or port left from which {} can be reached.',
  EMFILE: 'This machine has no file descriptor left for a connection.',
};

const DNS_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name {} does not exist in DNS. Check how it is spelled.',
  ENODATA: 'The name {} has no address in DNS.',
  EAI_AGAIN: 'DNS did not answer for {} for the moment.',
  ETIMEOUT: 'DNS did not answer for {} in time.',
  ESERVFAIL: 'The DNS server failed for {}.',
  ECONNREFUSED: 'The DNS server is not reachable.',
  EREFUSED: 'The DNS server refused to answer for {}.',
};

const TLS_WORDS: Readonly<Record<string, string>> = {
  ECONNRESET: hungUp.message,
  EPIPE: hungUp.message,
  ECONNABORTED: hungUp.message,
  ETIMEDOUT: hungUp.message,
  CERT_HAS_EXPIRED: 'The certificate of the peer has expired.',
  CERT_NOT_YET_VALID: 'The certificate of the peer is not valid yet. Check the clocks.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate of the peer is self-signed. Add it to the connection as CA to trust it.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'The certificate chain of the peer ends in a CA that is not trusted. Add that CA to the connection.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  INVALID_PURPOSE: 'The certificate of the peer is not one for servers.',
  CERT_REVOKED: 'The certificate of the peer was revoked.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the peer is for another host name.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'The peer does not speak TLS on this port. Check scheme and port.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The peer does not speak TLS on this port. Check scheme and port.',
  EPROTO: 'The peer and this server found no common TLS version or cipher, or the port does not speak TLS.',
  ERR_SSL_UNSUPPORTED_PROTOCOL: TOO_OLD,
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'The peer serves no such host name. Check the base URL.',
  ALERT_PROTOCOL_VERSION: TOO_OLD,
  ALERT_HANDSHAKE_FAILURE:
    'The peer refused the TLS handshake: it requires a client certificate, or there is no common cipher.',
  ALERT_CERTIFICATE_REQUIRED: 'The peer asks for a client certificate. Add one to the connection.',
  ALERT_UNKNOWN_CA: 'The peer does not trust the client certificate of the connection.',
  ALERT_BAD_CERTIFICATE: REFUSED,
  ALERT_CERTIFICATE_UNKNOWN: REFUSED,
  ALERT_ACCESS_DENIED: REFUSED,
  ALERT_UNSUPPORTED_CERTIFICATE:
    'The peer does not accept the client certificate of the connection: it is not one for clients.',
  ALERT_CERTIFICATE_REVOKED: 'The client certificate of the connection was revoked.',
  ALERT_CERTIFICATE_EXPIRED: 'The client certificate of the connection has expired.',
};
