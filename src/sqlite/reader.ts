import { AppError } from '../contract/errors.ts';
import { nextWaitMs } from './backoff.ts';
import { CallNotSent, type SqliteThread } from './thread.ts';

const idleMs = 30_000;
/** A thread that ran this long does not point to a lasting cause. */
const soundMs = 60_000;

/**
 * The reader thread. It costs megabytes: it starts with the first read and ends after 30 s without one. When it ends
 * without being closed, the running call fails and the others move to a new thread: at once after the first failure, then
 * after 1 s, 2 s, … 60 s while threads end within a minute.
 */
export function createReader(start: (onFailure: (error: Error) => void) => SqliteThread) {
  let thread: SqliteThread | null = null;
  let startedAt = 0;
  let idle: NodeJS.Timeout | undefined;
  let failure: { message: string; waitMs: number | undefined; until: number } | null = null;

  function failed({ message }: Error) {
    thread = null;
    const now = performance.now();
    const isRepeated = failure !== null && now - startedAt < soundMs;
    const waitMs = isRepeated ? nextWaitMs(failure?.waitMs) : undefined;
    failure = { message, waitMs, until: now + (waitMs ?? 0) };
  }

  /** Why reads fail at the moment; null: they work. */
  const problem = (): string | null => (failure !== null && performance.now() < failure.until ? failure.message : null);

  /** Throws AppError `unavailable` while the thread may not be started again yet. */
  async function read(name: string, args: unknown): Promise<unknown> {
    const message = problem();
    if (message !== null)
      throw new AppError('unavailable', "Stored data can't be read at the moment; try again.", { internal: message });
    if (thread === null) startedAt = performance.now();
    thread ??= start(failed);
    clearTimeout(idle);
    idle = setTimeout(close, idleMs).unref();
    try {
      return await thread.call(name, args);
    } catch (error) {
      if (error instanceof CallNotSent) return read(name, args);
      throw error;
    }
  }

  async function close() {
    clearTimeout(idle);
    const old = thread;
    thread = null;
    await old?.[Symbol.asyncDispose]();
  }

  return { read, problem, [Symbol.asyncDispose]: close };
}
