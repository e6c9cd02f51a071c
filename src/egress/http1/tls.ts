import type { Socket } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext, connect as startTls, TLSSocket } from 'node:tls';
import { recentValues } from '../../async/recent-values.ts';
import type { EgressError, TlsOptions } from '../egress.ts';
import type { Target } from '../guard/target-url.ts';
import { hungUp, isFailure, lostError, tlsError } from './errors.ts';
import type { OriginSessions, TlsSession } from './tls-sessions.ts';

/** How TLS is spoken with a target. */
export interface TlsWay {
  /** Called when TLS starts. */
  readonly secureContext: () => SecureContext | EgressError;
  /** Those that may be resumed; null: every certificate is verified. */
  readonly sessions: OriginSessions | null;
}

/**
 * Does the TLS handshake over an open socket, and verifies the target's certificate; a session that is resumed follows from
 * such a handshake with the same options.
 *
 * @param keep takes the new socket before it is open
 */
export function secure(
  socket: Socket,
  target: Target,
  { secureContext, sessions }: TlsWay,
  keep: (socket: Socket) => void,
): Promise<TLSSocket | EgressError> {
  return new Promise((resolve) => {
    const context = secureContext();
    if (isFailure(context)) return resolve(context);
    const session = sessions?.take() ?? null;
    let isOpen = false;
    const fail = (error: unknown) => {
      // Of an open connection, other errors say nothing of the session.
      if (!isOpen || lostError(error).kind === 'tls') sessions?.forget();
      resolve(tlsError(error));
    };
    socket.on('error', fail);
    try {
      const secured = startTls({
        socket,
        secureContext: context,
        // The certificate is verified for `host`; an IP address is not sent as server name (RFC 6066 §3).
        host: target.host,
        ...(target.literal === null ? { servername: target.host } : {}),
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: true,
        ...(session === null ? {} : { session: session.bytes }),
      });
      keep(secured);
      secured.on('error', fail).once('secureConnect', () => {
        isOpen = true;
        if (session !== null && !secured.isSessionReused()) sessions?.forget();
        resolve(secured);
      });
      if (sessions !== null) keepSessions(secured, sessions, session);
    } catch (error) {
      fail(error);
    }
  });
}

/** Keeps the sessions of a connection. TLS 1.3 sends them after the handshake. */
function keepSessions(secured: TLSSocket, sessions: OriginSessions, offered: TlsSession | null): void {
  let until: number | null = null;
  secured.on('session', (bytes: Buffer) => {
    if (until === null) {
      const validTo = secured.getPeerX509Certificate()?.validToDate ?? new Date(0);
      until = offered !== null && secured.isSessionReused() ? offered.until : sessions.until(validTo);
    }
    sessions.put({ bytes, isSingleUse: secured.getProtocol() === 'TLSv1.3', until });
  });
}

/**
 * Waits for a moment whether the peer refuses the client certificate, or its absence: with TLS 1.3 it does so when the
 * handshake is complete for the client (RFC 8446 §4.4.2.4). null: it did not.
 */
export function lateRefusal(socket: Socket): Promise<EgressError | null> {
  return new Promise((resolve) => {
    if (!(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') return resolve(null);
    const timer = setTimeout(resolve, LATE_REFUSAL_MS, null);
    const end = (error?: unknown) => {
      clearTimeout(timer);
      resolve(error === undefined ? hungUp : tlsError(error));
    };
    socket.once('error', end).once('end', end).resume();
  });
}

const LATE_REFUSAL_MS = 500;

/**
 * Built from PEM texts; the connection's CA is trusted in addition to the usual ones. The contexts of the latest settings are
 * kept: reading all usual CAs again takes 20 ms.
 */
export function secureContextFor(tls: TlsOptions | undefined): SecureContext | EgressError {
  return contextOf(JSON.stringify(tls ?? {}));
}

const contextOf = recentValues(16, (settings: string): SecureContext | EgressError => {
  const tls: TlsOptions = JSON.parse(settings);
  try {
    return createSecureContext({
      minVersion: tls.minVersion ?? 'TLSv1.2',
      ...(tls.ca === undefined ? {} : { ca: [...getCACertificates('default'), tls.ca] }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key }),
    });
  } catch {
    // The cause may quote the texts.
    return {
      kind: 'tls',
      message: "The CA, the client certificate or its key can't be read as PEM, or certificate and key do not match.",
    };
  }
});

/** The TLS version and the peer's certificate, for people. */
export function describeTls(socket: TLSSocket): string {
  const certificate = socket.getPeerCertificate();
  const subject = certificate.subject?.CN ?? certificate.subjectaltname ?? 'no name';
  return `${socket.getProtocol() ?? 'TLS'}, certificate of ${[subject].flat().join(', ')} until ${certificate.valid_to}`;
}
