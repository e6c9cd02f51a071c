import { masker } from '../connections/mask.ts';
import { reveal, secretFields } from '../connections/secret-fields.ts';
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

type Mask = (text: string) => string;
const known = new WeakMap<object, Mask>();

/**
 * Hides in an answer what its sender may have echoed: the secrets of connection and destination, and the credentials
 * that the request carried.
 */
export function echoMask(
  connection: ConnectionBody,
  destination: DestinationBody,
  sent: readonly (readonly [string, string])[],
): Mask {
  const authorization = sent.find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  const credentials = authorization?.replace(/^\S+ /, '');
  const masks = [
    maskOf(connection),
    maskOf(destination),
    ...(credentials === undefined ? [] : [masker([credentials])]),
  ];
  return (text) => masks.reduce((hidden, mask) => mask(hidden), text);
}

function maskOf(body: ConnectionBody | DestinationBody): Mask {
  let mask = known.get(body);
  if (mask === undefined) {
    mask = masker(Array.from(secretFields(body), ({ secret }) => reveal(secret)));
    known.set(body, mask);
  }
  return mask;
}
