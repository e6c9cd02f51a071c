import type { Socket } from 'node:net';

/** Removes interim responses (1xx) from a socket's bytes before the parser sees them. */
export interface InterimResponses {
  /** Call when a request starts: its response may begin with interim heads. */
  begin(): void;
}

/**
 * undici ends the exchange at an unexpected `100 Continue`, which a client must accept (RFC 9110 §15.2). Heads with a
 * status from 100 to 199 are dropped, except for 101, which is an error that the parser reports.
 *
 * @param onSkipped called when an interim head was dropped: the peer has started to respond
 */
export function skipInterimResponses(socket: Socket, onSkipped: () => void): InterimResponses {
  const read = socket.read.bind(socket);
  let isLooking = true;
  let held: Buffer | null = null;
  socket.read = (size?: number): Buffer | null => {
    for (;;) {
      const chunk: Buffer | null = read(size);
      if (!isLooking || chunk === null) return chunk;
      const bytes = held === null ? chunk : Buffer.concat([held, chunk]);
      held = null;
      const rest = afterInformational(bytes);
      if (rest === bytes && mayBecomeInformational(bytes)) {
        held = bytes;
        continue;
      }
      if (rest !== bytes) {
        onSkipped();
        if (rest.length > 0) socket.unshift(rest);
        continue;
      }
      isLooking = false;
      return bytes;
    }
  };
  return {
    begin() {
      isLooking = true;
    },
  };
}

/** The bytes after a complete interim head at their start; the same bytes when there is none. */
function afterInformational(bytes: Buffer): Buffer {
  if (!isInformationalLine(bytes)) return bytes;
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes : bytes.subarray(end + 4);
}

/** Whether more bytes are needed to recognise an interim head, or to reach the end of one of reasonable size. */
function mayBecomeInformational(bytes: Buffer): boolean {
  if (bytes.length > HEAD_BYTES_MAX) return false;
  if (bytes.length >= LINE_BYTES) return isInformationalLine(bytes);
  const start = bytes.toString('latin1');
  return STARTS.some((known) => known.startsWith(start) || start.startsWith(known));
}

function isInformationalLine(bytes: Buffer): boolean {
  // Fast check: byte 9 is the first digit of the status.
  return bytes[9] === 0x31 && /^HTTP\/1\.[01] 1(?!01)\d\d/.test(bytes.toString('latin1', 0, LINE_BYTES));
}

const LINE_BYTES = 'HTTP/1.1 100'.length;
const HEAD_BYTES_MAX = 16 * 1024;
const STARTS = ['HTTP/1.1 1', 'HTTP/1.0 1'];
