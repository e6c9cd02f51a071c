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
