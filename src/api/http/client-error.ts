import type { Socket } from 'node:net';
import { AppError } from '../../contract/errors.ts';
import { type ProblemStyle, problemResponse } from '../../http/problem.ts';
import type { Sockets } from './connection-limits.ts';
import { STATUS_CODES } from './node-http.ts';

/** Time in ms for a client to read the error before its connection is closed. */
const lingerMs = 500;

type Refusing = { style: ProblemStyle; requestId: () => string; sockets: Sockets };

/** Responds to messages that can't be parsed as a request, after earlier responses, and closes the connection. */
export function clientErrors({ style, requestId, sockets }: Refusing) {
  // The bytes after an unreadable message can't be parsed either.
  const refused = new WeakSet<Socket>();

  function refuse(error: AppError, socket: Socket): void {
    if (!socket.writable) return void socket.destroy();
    const { status, headers, body } = problemResponse(error, { instance: '', requestId: requestId() }, style);
    const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
    setTimeout(() => socket.destroy(), lingerMs).unref();
  }

  return {
    /** Handles CONNECT: this server is not a proxy. */
    onConnect(_request: unknown, socket: Socket): void {
      const error = new AppError('malformed_request', 'This server is not a proxy.');
      sockets.beforeRefusal(socket, () => refuse(error, socket));
    },
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
