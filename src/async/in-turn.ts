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
 * A write of what has changed, for callers that come at any time. One runs at a time. Calls during it share the next one,
 * which has everything that changed until it begins, and reject when it does.
 */
export function sharedWrite(write: () => Promise<void>): () => Promise<void> {
  const run = inTurn();
  let next: Promise<void> | null = null;
  return () => {
    next ??= run(() => {
      next = null;
      return write();
    });
    return next;
  };
}
