import { AppError } from '../contract/errors.ts';
import type { Sandbox, SandboxHealth, SandboxStats } from './sandbox.ts';

type Openable = Sandbox & SandboxHealth;

/** The delay after a failed start, doubled each time up to the maximum. */
const backoff = { firstMs: 1_000, maxMs: 30_000 };

/**
 * Starts the sandbox with its first render, since it takes threads and 40 MB. After a failed start, renders are rejected
 * with AppError `unavailable` until the next start is due, 1 to 30 s later. `start` starts it earlier, and rejects when
 * it can't be started. `now`: monotonic milliseconds, since a clock that is set back would make the delay longer.
 */
export function onDemandSandbox(
  open: () => Promise<Openable>,
  now: () => number = () => performance.now(),
): Openable & { start(): Promise<void> } {
  let opening: Promise<Openable> | null = null;
  let opened: Openable | null = null;
  let failed: { cause: unknown; waitMs: number; until: number } | null = null;
  let isClosed = false;

  async function openNow(): Promise<Openable> {
    try {
      opened = await open();
      failed = null;
      return opened;
    } catch (cause) {
      const waitMs = failed === null ? backoff.firstMs : Math.min(2 * failed.waitMs, backoff.maxMs);
      failed = { cause, waitMs, until: now() + waitMs };
      opening = null;
      throw unavailable(cause);
    }
  }

  async function ready(): Promise<Openable> {
    if (isClosed) throw new Error('The sandbox is closed.');
    if (opening === null && failed !== null && now() < failed.until) throw unavailable(failed.cause);
    opening ??= openNow();
    return opening;
  }

  return {
    render: async (jobs) => (opened ?? (await ready())).render(jobs),
    start: async () => void (await ready()),
    get stats() {
      return opened?.stats ?? nothingYet;
    },
    problem: () => (failed === null ? (opened?.problem() ?? null) : "The script engine can't be started."),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      const started = await opening?.catch(() => null);
      await started?.[Symbol.asyncDispose]();
    },
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError('unavailable', "The script engine can't be started at present.", { cause });
}

const nothingYet: SandboxStats = {
  renders: 0,
  threw: 0,
  exceededTime: 0,
  exceededMemory: 0,
  exceededOutput: 0,
  restarts: 0,
  queued: 0,
};
