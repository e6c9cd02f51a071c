import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/**
 * The only way out: deliveries, connection tests, token requests, look-ups and alerts all pass this one door.
 * It refuses addresses that are not public, follows no redirect, inflates nothing and ends every exchange in time.
 */
export interface Egress extends AsyncDisposable {
  /**
   * Makes one HTTP exchange. Whatever the peer does is an outcome, never a rejection. Once a head was read the outcome
   * is a `response`, even when its body then fails or is cut: `body` holds what was read and `truncated` is true.
   * After `blocked`, `dns` and `connect` nothing was sent, and after `tls` nothing was accepted, whether the stage failed
   * or ran out of time; after `timeout`, `reset` and `protocol` the peer may have got the request.
   */
  send(request: EgressRequest): Promise<EgressOutcome>;

  /**
   * Walks towards an origin without sending a request, for connection tests: `url`, `dns`, `connect` and, for https,
   * `tls`. The list ends with the first step that failed. `timeoutMs` bounds the whole walk.
   */
  probe(request: EgressProbe): Promise<ProbeStep[]>;

  /**
   * What can be said about a URL without asking DNS: scheme, user-info, characters, port, literal addresses. A save
   * refuses what this refuses; a name that passes may still be blocked when it is resolved.
   */
  check(url: string): EgressCheck;

  /**
   * Opens a connection for mail: looks the host up, judges every address and where the socket arrived, as for requests.
   * TLS and all that is said over it is for the caller, who also ends it; what is open when the egress is disposed of is
   * destroyed. Whatever goes wrong is an outcome, never a rejection.
   */
  connect(to: EgressConnect): Promise<EgressConnection>;

  /** What `check` says, for a host and port of a mail server. */
  checkHost(host: string, port: number): EgressCheck;
}

/** `host` is a name or an address; `timeoutMs` bounds the look-up and the connecting together. */
export interface EgressConnect {
  /** Whom the caller's TLS shall trust beside the system's roots. */
  readonly tls?: TlsOptions;
  readonly host: string;
  /** Ports of protocols other than mail are refused. */
  readonly port: number;
  readonly timeoutMs: number;
}

export type EgressConnection =
  | {
      readonly kind: 'open';
      /** Plain; TLS over it is to verify `host` with `secureContext`. */
      readonly socket: Socket;
      readonly secureContext: SecureContext;
    }
  | { readonly kind: 'error'; readonly error: EgressError };

/** A header as it goes over the wire; repeated names are repeated entries. */
export type Header = readonly [name: string, value: string];

/** Trust and identity of a connection beyond the system's roots: PEM texts. Verification can't be turned off. */
export interface TlsOptions {
  /** Certificates that are trusted beside the system's roots. */
  readonly ca?: string;
  /** Client certificate chain; needs `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Default TLS 1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/**
 * An HTTP proxy to go through. The target is looked up and judged here all the same, and the proxy is told its address
 * (CONNECT); it never sees what is said over TLS. Its own address is judged too. What fails there names the proxy: `dns`,
 * `blocked`, else `connect`.
 */
export interface ProxyOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly url: string;
  /** Null: no credentials. They are sent to the proxy alone. */
  readonly username: string | null;
  readonly password: string;
}

export interface EgressRequest {
  readonly method: string;
  /** Absolute http or https URL. A fragment is not sent. */
  readonly url: string;
  /**
   * Names are tokens, values visible ASCII. `Host`, `Content-Length`, `Transfer-Encoding` and the hop-by-hop headers
   * are refused; `User-Agent` replaces the default and `Accept-Encoding` is always `identity`.
   */
  readonly headers: readonly Header[];
  readonly body: Uint8Array | string | null;
  /** From the look-up to the end of the TLS handshake of a new socket. */
  readonly connectTimeoutMs: number;
  /** One deadline for the whole exchange: waiting, connecting, slow request bodies and dripping answers included. */
  readonly timeoutMs: number;
  /** Answers are cut after this many bytes. Default 65,536. */
  readonly responseBytesMax?: number;
  /** Connections are shared by requests with equal options; the same object each time saves comparing them. */
  readonly tls?: TlsOptions;
  /** As for `tls`. */
  readonly proxy?: ProxyOptions;
  /** Whether a kept socket that the peer had closed is replaced by a new one at once. Default true. */
  readonly resendOnStale?: boolean;
}

export type EgressOutcome =
  | {
      readonly kind: 'response';
      /** 200–999; those above 599 are for the caller to judge. */
      readonly status: number;
      /** In the order received, names in lower case, values decoded as Latin-1. */
      readonly headers: readonly Header[];
      /**
       * As received: a compressed answer stays compressed, and ends after `PACKED_BYTES_MAX`. It may be a view of a larger
       * buffer: whoever keeps it copies it.
       */
      readonly body: Uint8Array;
      /** True when the answer went on after what is read at most, or broke off. */
      readonly truncated: boolean;
      readonly timings: EgressTimings;
      /** How often the request was sent again because a kept socket proved to be closed. */
      readonly resends: number;
    }
  | {
      readonly kind: 'error';
      readonly error: EgressError;
      readonly timings: EgressTimings;
      readonly resends: number;
    };

/** Milliseconds. `null` for a stage that was not reached, or not needed because a kept socket was used. */
export interface EgressTimings {
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  /** From the start of the exchange to the first byte of the answer's head. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

const EGRESS_ERROR_KINDS = ['dns', 'connect', 'tls', 'timeout', 'reset', 'too_large', 'blocked', 'protocol'] as const;

export type EgressErrorKind = (typeof EGRESS_ERROR_KINDS)[number];

export interface EgressError {
  readonly kind: EgressErrorKind;
  /** What happened and what to look at, for people. Holds no secret, and nothing of what lies behind a blocked address. */
  readonly message: string;
}

export interface EgressProbe {
  readonly url: string;
  readonly tls?: TlsOptions;
  readonly proxy?: ProxyOptions;
  readonly timeoutMs: number;
}

export interface ProbeStep {
  readonly name: 'url' | 'dns' | 'connect' | 'tls';
  readonly ok: boolean;
  readonly durationMs: number;
  /** What was seen, for people: the addresses, the certificate's subject, or what went wrong. */
  readonly detail: string;
  readonly error?: EgressError;
}

export type EgressCheck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Exchanges with one origin at a time, on one way; what comes beyond waits, at the cost of its own time. */
export const EXCHANGES_MAX = 128;

/** Answers are read to this many bytes unless the request says otherwise. */
export const RESPONSE_BYTES_MAX = 64 * 1024;

/** Nobody can read what is compressed, though it was asked for as it is: enough to see that it is so. */
export const PACKED_BYTES_MAX = 64;

/** Whether an answer with these headers is compressed. Servers also say `utf-8` or `none`, which it is not. */
export function isCompressed(headers: readonly Header[]): boolean {
  return headers.some(([name, value]) => name === 'content-encoding' && packings.test(value));
}

const packings = /\b(?:gzip|compress|deflate|br|zstd|dcb|dcz)\b/i;
