/**
 * JSON in the single form that RFC 8785 gives each value: no whitespace, members in the order of the UTF-16 code units
 * of their names, numbers and strings as ECMAScript writes them. Undefined members are left out; lone surrogates, which
 * UTF-8 can't encode, become U+FFFD.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name.toWellFormed(), member] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(typeof value === 'string' ? value.toWellFormed() : value);
}
