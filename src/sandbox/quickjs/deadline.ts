/**
 * Limits the run time of scripts, one after the other, to `timeoutMs` of the thread's CPU time. Wall time would not do: on
 * a busy machine a script may wait for a core. The CPU clock is a system call, so it is read first when the engine first
 * asks, which short scripts never do, and again after the wall-clock deadline.
 */
export function cpuDeadline(timeoutMs: number, { nowMs, cpuMs }: Clocks = clocks) {
  let endsAt = 0;
  let cpuAtStart: number | null = null;
  let wasHit = false;
  return {
    start(): void {
      endsAt = nowMs() + timeoutMs;
      cpuAtStart = null;
      wasHit = false;
    },
    /** Whether the script must end; called by the engine at intervals. Stays true until the next start. */
    isOver(): boolean {
      if (wasHit) return true;
      cpuAtStart ??= cpuMs();
      if (nowMs() >= endsAt && cpuMs() - cpuAtStart >= timeoutMs) wasHit = true;
      return wasHit;
    },
    get wasHit(): boolean {
      return wasHit;
    },
  };
}

type Clocks = { nowMs(): number; cpuMs(): number };

const clocks: Clocks = {
  nowMs: () => performance.now(),
  cpuMs() {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  },
};
