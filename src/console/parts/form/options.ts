/** The options of a select from a table of words. */
export function options<Key extends string>(table: Readonly<Record<Key, string>>): { value: Key; label: string }[] {
  return Object.entries<string>(table).map(([value, label]) => ({ value: value as Key, label })); // the table's own keys
}
