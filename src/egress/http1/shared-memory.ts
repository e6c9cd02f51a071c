import type { OnReadOpts } from 'node:net';

export interface BytesTaker {
  /** What takes the bytes that arrive, valid during the call; null: the socket's stream. */
  take: ((bytes: Buffer) => void) | null;
}

/**
 * Has a socket read into the same memory as all others. Otherwise Node allocates 64 KiB for each read, and a few hundred
 * responses cause a full garbage collection. `push` puts bytes into the socket's stream.
 */
export function sharedMemory(taker: BytesTaker, push: (bytes: Buffer) => boolean): OnReadOpts {
  let memory = short;
  return {
    buffer: () => memory,
    callback(length) {
      const bytes = memory.subarray(0, length);
      memory = length === memory.length ? long : short;
      if (taker.take === null) return push(Buffer.from(bytes));
      taker.take(bytes);
      return true;
    },
  };
}

/** The first read is short: enough for most responses, and to recognise a compressed one. */
const short = Buffer.allocUnsafeSlow(4 * 1024);
const long = Buffer.allocUnsafeSlow(64 * 1024);
