import type { ConnectionBody } from '../contract/connection.ts';
import type { DestinationBody } from '../contract/destination.ts';

/** What stands in the log, in previews and in cURL instead of a secret header's value. */
export const masked = '[secret]';

const alwaysSecret = new Set(['authorization', 'proxy-authorization', 'cookie']);

/** The headers of a request as people may see them: credentials and headers that are marked secret are masked. */
export function maskHeaders(
  headers: readonly (readonly [string, string])[],
  connection: ConnectionBody,
  destination: DestinationBody,
): [string, string][] {
  const own = [...connection.settings.headers, ...destination.settings.headers];
  const secret =
    own.length === 0 ? null : new Set(own.filter((one) => one.secret).map((one) => one.name.toLowerCase()));
  return headers.map(([name, value]) => {
    const key = name.toLowerCase();
    if (key === 'authorization') return [name, value.replace(/ .*/s, ` ${masked}`)];
    return [name, alwaysSecret.has(key) || secret?.has(key) === true ? masked : value];
  });
}
