/** Calls whose answers come from another process, which a fake clock waits for. */
const calls = new Set<Promise<unknown>>();

/** The same call, as one in flight until it has its answer. */
export function inFlight<T>(call: Promise<T>): Promise<T> {
  calls.add(call);
  const end = () => void calls.delete(call);
  call.then(end, end);
  return call;
}

export const isAnyInFlight = (): boolean => calls.size > 0;

export const untilAnswered = (): Promise<unknown> => Promise.allSettled(calls);
