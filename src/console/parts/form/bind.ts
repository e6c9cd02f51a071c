/** The value of a field and its setter, as properties of the field. */
export const bind = <Value extends string>(value: Value, set: (value: Value) => void) => ({
  value,
  onChange: (event: { currentTarget: { value: string } }) => set(event.currentTarget.value as Value), // a select has its options alone
});

/** The same of a box or a switch. */
export const bindChecked = (checked: boolean, set: (checked: boolean) => void) => ({
  checked,
  onChange: (event: { currentTarget: { checked: boolean } }) => set(event.currentTarget.checked),
});

/** The options of a select from a table of words. */
export function options<Key extends string>(table: Readonly<Record<Key, string>>): { value: Key; label: string }[] {
  return Object.entries<string>(table).map(([value, label]) => ({ value: value as Key, label })); // the table's own keys
}
