import type { Deps } from './program.ts';

/** A signal to a process group arrives more than once: directly, and forwarded by npm and the launcher. */
const sameSignalMs = 500;

/** Aborts at the stop signal, or after this many seconds. */
export function abortedBy(signal: Promise<string>, seconds: number | undefined): AbortSignal {
  const stopped = new AbortController();
  void signal.then(() => stopped.abort());
  if (seconds === undefined) return stopped.signal;
  return AbortSignal.any([stopped.signal, AbortSignal.timeout(seconds * 1_000)]);
}

/** SIGINT and SIGTERM of this process: the first resolves `signal`, a later one ends the process immediately. */
export const untilSignal: Deps['untilSignal'] = () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let askedAt: number | null = null;
  const heard = (signal: string) => {
    const now = Date.now();
    if (askedAt === null) {
      askedAt = now;
      resolve(signal);
    } else if (now - askedAt > sameSignalMs) process.exit(1);
  };
  process.on('SIGINT', heard).on('SIGTERM', heard);
  return {
    signal: promise,
    [Symbol.dispose]() {
      process.off('SIGINT', heard).off('SIGTERM', heard);
    },
  };
};
