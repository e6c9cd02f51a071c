/**
 * The problem of a proxy URL, or null: it must be `http://host:port` or `https://host:port`, with nothing else. Pure;
 * does not check whether the address is allowed.
 */
export function proxyUrlProblem(text: string): string | null {
  if (/[\p{Cc}\s\\]/u.test(text)) return 'Must not contain spaces, control characters or backslashes.';
  const authority = /^https?:\/\/([^/?#]+)\/?$/i.exec(text)?.[1];
  if (authority === undefined) return 'Must be http:// or https:// with host and port only.';
  if (authority.includes('@')) return 'Must not contain a user name or password; they have their own fields.';
  return URL.canParse(text) ? null : 'Is not a valid URL.';
}
