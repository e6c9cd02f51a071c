/** Runs work one at a time, in the order of the calls. Work that fails does not stop what comes after it. */
export function inTurn() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}

/**
 * A write or a reading of what has changed, for callers that come at any time. One runs at a time, so that no older one ends
 * last. Calls during it share the next one, which has everything that changed until it begins, and reject when it does.
 */
export function sharedRun(work: () => Promise<void>): () => Promise<void> {
  const turn = inTurn();
  let next: Promise<void> | null = null;
  return () => {
    next ??= turn(() => {
      next = null;
      return work();
    });
    return next;
  };
}
