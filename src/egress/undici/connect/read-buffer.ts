import type { OnReadOpts } from 'node:net';

/**
 * How a socket reads into memory that all sockets share, and hands on copies. Otherwise Node makes 64 KiB of new memory
 * for each read, and a few hundred answers make a collection of all garbage due. The first read is a short one: enough
 * for most answers, and of a flood not more than shows what it is.
 *
 * @param push takes the bytes that arrived; false when it wants no more for now
 */
export function sharedReadBuffer(push: (bytes: Buffer) => boolean): OnReadOpts {
  let next = short;
  return {
    buffer: () => next,
    callback(length, read) {
      next = length === read.length ? long : short;
      return push(Buffer.from(read.subarray(0, length)));
    },
  };
}

// A read is handed on before the next one begins, of whichever socket.
const short = Buffer.allocUnsafeSlow(4 * 1024);
const long = Buffer.allocUnsafeSlow(64 * 1024);
