import type { Socket } from 'node:net';
import type { EgressError } from '../egress.ts';

/**
 * Has a proxy connect a socket to an address (`1.2.3.4:443`): CONNECT, RFC 9110 §9.3.6. The proxy gets the checked
 * address, so that it resolves nothing, and its credentials are sent in this request alone. Returns the same socket.
 */
export function tunnel(socket: Socket, place: string, authorization: string | null): Promise<Socket | EgressError> {
  return new Promise((resolve) => {
    const fail = (message: string) => resolve({ kind: 'connect', message });
    let head = Buffer.alloc(0);

    function read(): void {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1 && head.length <= headBytesMax) continue;
        socket.removeListener('readable', read).removeListener('end', closed).removeListener('error', closed);
        const status = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?\r\n/.exec(head.toString('latin1'))?.[1];
        // The target sends nothing before our first byte, so earlier bytes after the head are an error.
        const isHead = status !== undefined && end !== -1;
        if (!isHead || (status.startsWith('2') && head.length > end + 4)) {
          fail(GARBAGE);
          return;
        }
        if (status.startsWith('2')) resolve(socket);
        else fail(refusal(Number(status), place, authorization !== null));
        return;
      }
    }
    function closed(): void {
      fail('it closed the connection before it answered.');
    }

    socket.on('readable', read).once('end', closed).once('error', closed);
    const lines = [`CONNECT ${place} HTTP/1.1`, `Host: ${place}`];
    if (authorization !== null) lines.push(`Proxy-Authorization: ${authorization}`);
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}

function refusal(status: number, place: string, hasCredentials: boolean): string {
  // Tinyproxy refuses credentials with 401.
  if (status === 407 || status === 401)
    return hasCredentials
      ? `it refused its user name and password (${status}). Correct them in the connection.`
      : `it asks for a user name and password (${status}). Add them to the connection.`;
  if (status >= 500) return `it could not connect to ${place} (${status}).`;
  return `it refused to connect to ${place} (${status}). Check what the proxy allows.`;
}

const GARBAGE = 'its response is not one of an HTTP proxy. Check address, port and scheme.';
const headBytesMax = 16 * 1024;
