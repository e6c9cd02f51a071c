/** Members of a query that are secrets (libpq, parameter key words). */
const secrets = ['password', 'sslpassword'];

/** The URL of a database without its passwords, for people and logs. */
export function shownUrl(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  for (const name of secrets) parsed.searchParams.delete(name);
  return parsed.href;
}
