/**
 * The problem of an access-token URL, or null: it must be absolute https without user-info and fragment (RFC 6749
 * §3.2); http only where `isHttpAllowed` returns true. Pure.
 */
export function tokenUrlProblem(text: string, isHttpAllowed: (url: string) => boolean): string | null {
  if (/[\p{Cc}\s\\]/u.test(text)) return 'Must not contain spaces, control characters or backslashes.';
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  if (url === null) return 'Must be an absolute URL that starts with https://.';
  if (url.username !== '' || url.password !== '' || /^\w+:\/\/[^/?#]*@/.test(text))
    return 'Must not contain a user name or password.';
  if (text.includes('#')) return 'Must not contain a fragment (#).';
  if (url.protocol === 'http:' && !isHttpAllowed(text))
    return 'Must start with https://. For another host, ask the person who runs this server to allow it (MILLRACE_EGRESS_ALLOW).';
  return null;
}
