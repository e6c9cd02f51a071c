import type { Sandbox, SandboxStats } from './sandbox.ts';

/** A sandbox that starts with its first render. `start` gets it ready before, or tells at once that it can't. */
export type OnDemandSandbox = Sandbox & { start(): Promise<void> };

/** Starting costs threads and 40 MB, which a program that has nothing to render yet need not hold. */
export function onDemandSandbox(open: () => Promise<Sandbox>): OnDemandSandbox {
  let opening: Promise<Sandbox> | null = null;
  let opened: Sandbox | null = null;
  let isClosed = false;

  async function ready(): Promise<Sandbox> {
    if (isClosed) throw new Error('The sandbox is closed.');
    opening ??= open();
    try {
      opened = await opening;
    } catch (error) {
      // The next render tries again.
      opening = null;
      throw error;
    }
    return opened;
  }

  return {
    render: async (jobs) => (opened ?? (await ready())).render(jobs),
    start: async () => void (await ready()),
    get stats() {
      return opened?.stats ?? nothingYet;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      const started = await opening?.catch(() => null);
      await started?.[Symbol.asyncDispose]();
    },
  };
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
