import { write, writeSync } from 'node:fs';

const gatherMs = 10;
const busyMs = 10;
/** Limit of queued characters while a pipe is slow; further lines are dropped. */
const lettersMax = 8 * 1024 * 1024;
const busyMax = 100;

/**
 * Writes lines to a file descriptor without blocking the event loop. A write costs more than formatting a line, so
 * lines of some milliseconds, and those queued during a write, share one write. Lines that can't be written (a full
 * disk, a pipe without a reader) are lost: a server must not stop because its log can't be written.
 */
export function lineWriter(fd: number) {
  let waiting = '';
  let isWriting = false;
  let isPlanned = false;

  function send() {
    isPlanned = false;
    if (isWriting || waiting === '') return;
    isWriting = true;
    put(take());
  }

  function take(): Buffer {
    const bytes = Buffer.from(waiting);
    waiting = '';
    unwritten.delete(flushSync);
    return bytes;
  }

  function put(bytes: Buffer) {
    write(fd, bytes, (error, count) => {
      if (error !== null && isBusy(error)) return void setTimeout(put, busyMs, bytes);
      if (error === null && count < bytes.length) return put(bytes.subarray(count));
      isWriting = false;
      send();
    });
  }

  function flushSync() {
    let bytes = take();
    for (let tries = 0; bytes.length > 0 && tries < busyMax; ) {
      try {
        bytes = bytes.subarray(writeSync(fd, bytes));
      } catch (error) {
        if (!isBusy(error)) return;
        tries += 1;
        Atomics.wait(sleeper, 0, 0, busyMs);
      }
    }
  }

  return {
    /** Takes a line and returns before it is written. */
    write(line: string): void {
      if (waiting.length + line.length > lettersMax) return;
      waiting += line;
      unwritten.add(flushSync);
      if (!isPlanned) setTimeout(send, gatherMs);
      isPlanned = true;
    },
    /** Writes what is left before it returns. It also runs when the process exits. */
    flushSync,
  };
}

/** Writers with queued lines. */
const unwritten = new Set<() => void>();
process.once('exit', () => {
  for (const flush of unwritten) flush();
});

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** The pipe is full at the moment. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
