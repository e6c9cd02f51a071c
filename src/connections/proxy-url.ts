/**
 * What is wrong with a proxy's address, or null: `http://host:port` or `https://host:port` and nothing more. Pure; says
 * nothing about whether it may be reached.
 */
export function proxyUrlProblem(text: string): string | null {
  if (/[\p{Cc}\s\\]/u.test(text)) return 'Must not contain blanks, control characters or backslashes.';
  const authority = /^https?:\/\/([^/?#]+)\/?$/i.exec(text)?.[1];
  if (authority === undefined) return 'Must be http:// or https:// with host and port alone.';
  if (authority.includes('@')) return 'Must not contain a user name or password; they have fields of their own.';
  return URL.canParse(text) ? null : 'Is not a valid address.';
}
