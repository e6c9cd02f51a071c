import type { Socket } from 'node:net';
import { AppError } from '../contract/errors.ts';
import { problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

/** Answers what could not even be read as a request, and ends the connection. */
export function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  docs: string,
  requestId: string,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [line, words] = causes[error.code ?? ''] ?? ['400 Bad Request', undefined];
  const problem = problemOf(new AppError('malformed_request', words), { docs, instance: '', requestId });
  const body = JSON.stringify({ ...problem, status: Number(line.slice(0, 3)) });
  const headers = Object.entries({
    ...securityHeaders,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
  });
  socket.end(`HTTP/1.1 ${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
}

const causes: Record<string, [line: string, words: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are over 16 KiB.'],
};
