import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

/**
 * The port for all outgoing connections: deliveries, connection tests, token requests, lookups and alerts. It refuses
 * addresses that are not public, follows no redirect, decompresses nothing and ends every exchange in time.
 */
export interface Egress extends AsyncDisposable {
  /**
   * Makes one HTTP exchange. Errors of the peer are outcomes, never rejections. Once a response head was read the
   * outcome is a `response`, even when its body then fails or is cut: `body` has the bytes read and `truncated` is
   * true. After `blocked`, `dns` and `connect` nothing was sent, and after `tls` nothing was accepted, whether the
   * stage failed or ran out of time; after `timeout`, `reset` and `protocol` the peer may have received the request.
   */
  send(request: EgressRequest): Promise<EgressOutcome>;

  /**
   * Connects to an origin without sending a request, for connection tests: steps `url`, `dns`, `connect` and, for
   * https, `tls`. The list ends with the first step that failed. `timeoutMs` bounds all steps together.
   */
  probe(request: EgressProbe): Promise<ProbeStep[]>;

  /**
   * Checks a URL without DNS: scheme, user-info, characters, port, literal addresses. A save refuses what this
   * refuses; a name that passes may still be blocked when it is resolved.
   */
  check(url: string): EgressCheck;

  /**
   * Opens a connection for mail: resolves the host, and checks every address and the socket's remote address, as for
   * requests. The caller does TLS and everything after it, and closes the socket; open sockets are destroyed when the
   * egress is disposed. Errors are outcomes, never rejections.
   */
  connect(to: EgressConnect): Promise<EgressConnection>;

  /** Like `check`, for the host and port of a mail server. */
  checkHost(host: string, port: number): EgressCheck;
}

/** `host` is a name or an address; `timeoutMs` bounds lookup and connecting together. */
export interface EgressConnect {
  /** Trust of the caller's TLS in addition to the system's roots. */
  readonly tls?: TlsOptions;
  readonly host: string;
  /** Ports of protocols other than mail are refused. */
  readonly port: number;
  readonly timeoutMs: number;
}

export type EgressConnection =
  | {
      readonly kind: 'open';
      /** A plain socket; TLS over it must verify `host` with `secureContext`. */
      readonly socket: Socket;
      readonly secureContext: SecureContext;
    }
  | { readonly kind: 'error'; readonly error: EgressError };

/** A header as it is sent; repeated names are repeated entries. */
export type Header = readonly [name: string, value: string];

/**
 * Trust and identity of a connection in addition to the system's roots: PEM texts. Verification can't be turned off.
 */
export interface TlsOptions {
  /** Certificates that are trusted in addition to the system's roots. */
  readonly ca?: string;
  /** Client certificate chain; needs `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Default TLS 1.2. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/**
 * An HTTP proxy. The target is still resolved and checked here, and the proxy gets its address (CONNECT); it never
 * sees the plain text of TLS. The proxy's own address is checked too. Errors at the proxy name it: `dns`, `blocked`,
 * else `connect`.
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
   * are refused; `User-Agent` is always `Millrace/<version>` and `Accept-Encoding` always `identity`.
   */
  readonly headers: readonly Header[];
  readonly body: Uint8Array | string | null;
  /**
   * Never written to a second socket: when a kept one turns out to be closed, the exchange ends as a `reset`, since the
   * peer may have received the request.
   */
  readonly isOnce?: boolean;
  /** From the DNS lookup to the end of the TLS handshake of a new socket. */
  readonly connectTimeoutMs: number;
  /** One deadline for the whole exchange, including waiting, connecting, slow request bodies and slow responses. */
  readonly timeoutMs: number;
  /** Responses are cut after this many bytes. Default 65,536. */
  readonly responseBytesMax?: number;
  /**
   * Connections are shared by requests with equal options; passing the same object each time saves comparing them.
   */
  readonly tls?: TlsOptions;
  /** Like `tls`. */
  readonly proxy?: ProxyOptions;
  /**
   * Called when the request has been written to a socket, and again for each time that it is sent again. Does not throw.
   */
  readonly onWritten?: (() => void) | undefined;
  /**
   * Asked in the turn of the event loop in which the request would be written to a socket, each time. false: it is not
   * written, and the exchange ends with the error `connect`. Does not throw.
   */
  readonly mayWrite?: (() => boolean) | undefined;
}

/** The error of a request that must not be written any more. */
export const notWritten = { kind: 'connect', message: 'Not sent: this node no longer acts for it.' } as const;

export type EgressOutcome =
  | {
      readonly kind: 'response';
      /** 200–999; the caller judges those above 599. */
      readonly status: number;
      /**
       * In the order received, names in lower case, values decoded as Latin-1. The same object in successive responses
       * of an origin whose heads are equal byte for byte, and then frozen: what follows from a head can be kept with it.
       */
      readonly headers: readonly Header[];
      /**
       * As received: a compressed response stays compressed, and ends after `packedBytesMax`. May be a view of a
       * larger buffer: copy it before you keep it.
       */
      readonly body: Uint8Array;
      /** True when the response exceeded the limit or was cut off. */
      readonly truncated: boolean;
      readonly timings: EgressTimings;
      /** How often the request was sent again because a kept socket turned out to be closed. */
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
  /** From the start of the exchange to the first byte of the response head. */
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

export type EgressErrorKind = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'too_large' | 'blocked' | 'protocol';

export interface EgressError {
  readonly kind: EgressErrorKind;
  /** The error and its likely cause, for people. Contains no secret, and no address behind a blocked name. */
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
  /** The result of the step, for people: the addresses, the certificate's subject, or the error. */
  readonly detail: string;
  readonly error?: EgressError;
}

export type EgressCheck = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Responses are read up to this many bytes unless the request sets another limit. */
export const responseBytesMax = 64 * 1024;

/** Bytes read of a compressed response, which is unreadable and was not requested: enough to recognise it. */
export const packedBytesMax = 64;

/**
 * Whether the headers of a response say that it is compressed. Servers also send `utf-8` or `none`, which are not
 * compression.
 */
export function isCompressed(headers: readonly Header[]): boolean {
  return headers.some(([name, value]) => name === 'content-encoding' && packings.test(value));
}

const packings = /\b(?:gzip|compress|deflate|br|zstd|dcb|dcz)\b/i;
