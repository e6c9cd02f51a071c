import type { Socket } from 'node:net';
import { AppError } from '../../contract/errors.ts';
import type { Sockets } from './connection-limits.ts';
import { problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** What a client that does not hang up by itself gets, in ms, to read why it was refused. */
const lingerMs = 500;

type Refusing = { docs: string; requestId: () => string; sockets: Sockets };

/** Answers what could not even be read as a request, after the answers before it, and ends the connection. */
export function clientErrors({ docs, requestId, sockets }: Refusing) {
  // The bytes that follow can't be read either.
  const refused = new WeakSet<Socket>();

  function refuse(error: AppError, socket: Socket): void {
    if (!socket.writable) return void socket.destroy();
    const id = requestId();
    const body = JSON.stringify(problemOf(error, { docs, instance: '', requestId: id }));
    const headers = Object.entries({
      ...securityHeaders,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
      'x-request-id': id,
      connection: 'close',
    });
    const line = statusLines[error.code] ?? '400 Bad Request';
    socket.end(`HTTP/1.1 ${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  }

  return {
    refuse,
    /** What the HTTP parser, or the clock that watches it, says of a connection. */
    onError(error: Error & { code?: string }, socket: Socket): void {
      if (refused.has(socket)) return;
      refused.add(socket);
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      // After a last request nothing counts any more; its own answer closes the connection.
      if (error.code === 'HPE_CLOSED_CONNECTION') return;
      sockets.beforeRefusal(socket, () =>
        refuse(causes[error.code ?? ''] ?? new AppError('malformed_request'), socket),
      );
    },
  };
}

const causes: Record<string, AppError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new AppError('request_timeout'),
  HPE_HEADER_OVERFLOW: new AppError('headers_too_large'),
};

const statusLines: Partial<Record<AppError['code'], string>> = {
  request_timeout: '408 Request Timeout',
  headers_too_large: '431 Request Header Fields Too Large',
};
