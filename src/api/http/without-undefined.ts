/** The members that have a value: a filter that is not given is not in the query at all. */
export function given<T extends object>(filters: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(filters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }; // the same object without holes
}
