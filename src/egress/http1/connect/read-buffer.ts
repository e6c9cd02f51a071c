import type { OnReadOpts } from 'node:net';

/**
 * Read options of a socket that reads into memory shared by all sockets, and passes on copies. Otherwise Node
 * allocates 64 KiB for each read, and a few hundred responses cause a full garbage collection. The first read is
 * short: enough for most responses, and to recognise a compressed one.
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

// A read is passed on before the next one begins, on any socket.
const short = Buffer.allocUnsafeSlow(4 * 1024);
const long = Buffer.allocUnsafeSlow(64 * 1024);
