/**
 * JSON in the one form that RFC 8785 gives each value: no blanks, members in the order of the UTF-16 code units of their
 * names, numbers and texts as ECMAScript writes them. Members that are undefined are left out; half surrogates, which
 * UTF-8 can't hold, become U+FFFD.
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
