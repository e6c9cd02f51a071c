/** Functions that are called together. An error of one is reported, and affects neither the caller nor other listeners. */
export function createListeners<Args extends unknown[]>(failed: (error: unknown) => void) {
  const all = new Set<(...args: Args) => void>();
  return {
    /** Returns a function that removes the listener. */
    add(listener: (...args: Args) => void): () => void {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(...args: Args): void {
      for (const listener of all)
        try {
          listener(...args);
        } catch (error) {
          failed(error);
        }
    },
  };
}
