/** Bounds one script after the other. */
type Deadline = {
  start(): void;
  /** For the engine to ask now and then: whether the script must end. Stays true until the next start. */
  isOver(): boolean;
  readonly wasHit: boolean;
};

/**
 * A deadline of `timeoutMs` of the thread's own CPU time, not of the wall's: on a busy machine a script that waited
 * for a core has done nothing wrong. The CPU clock is a system call, so it is read at the first question only, which
 * short scripts never ask, and past the wall's deadline.
 */
export function cpuDeadline(timeoutMs: number): Deadline {
  let endsAt = 0;
  let cpuAtStart: number | null = null;
  let wasHit = false;
  return {
    start() {
      endsAt = performance.now() + timeoutMs;
      cpuAtStart = null;
      wasHit = false;
    },
    isOver() {
      if (wasHit) return true;
      cpuAtStart ??= cpuMs();
      if (performance.now() >= endsAt && cpuMs() - cpuAtStart >= timeoutMs) wasHit = true;
      return wasHit;
    },
    get wasHit() {
      return wasHit;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
