import type { Socket } from 'node:net';

/**
 * A callback for a long write. A peer that does not want all of a request responds early and closes, so that the write
 * fails: then the socket is destroyed two turns of the event loop later instead of at once, and what the peer sent before is
 * received. It is in the memory of the system by then, since the connection was reset.
 */
export function receiveBeforeEnd(socket: Socket): (error: Error | null | undefined) => void {
  return (error) => {
    if (!error) return;
    const { destroy } = socket;
    // The stream destroys itself after this callback.
    socket.destroy = (reason) => {
      socket.destroy = destroy;
      setImmediate(() => setImmediate(() => socket.destroy(reason)));
      return socket;
    };
    // And takes no more bytes, now that it has failed.
    socket.push = (bytes: Buffer | null) => bytes === null || socket.emit('data', bytes);
  };
}
