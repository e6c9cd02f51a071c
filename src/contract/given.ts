/** The members with a value, so that a missing filter is not part of the query. */
export function given<T extends object>(filters: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(filters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // the same object without holes
}
