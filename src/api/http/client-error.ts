import type { Socket } from 'node:net';
import { AppError } from '../../contract/errors.ts';
import type { Sockets } from './connection-limits.ts';
import { problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** Time in ms for a client to read the error before its connection is closed. */
const lingerMs = 500;

type Refusing = { docs: string; requestId: () => string; sockets: Sockets };

/** Responds to messages that can't be parsed as a request, after earlier responses, and closes the connection. */
export function clientErrors({ docs, requestId, sockets }: Refusing) {
  // The bytes after an unreadable message can't be parsed either.
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
    /** Handles parse errors and timeouts of the HTTP parser. */
    onError(error: Error & { code?: string }, socket: Socket): void {
      if (refused.has(socket)) return;
      refused.add(socket);
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      // Bytes after the last request are ignored; its response closes the connection.
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
