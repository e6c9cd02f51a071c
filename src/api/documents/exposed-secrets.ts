import { parseBaseUrl } from '../../connections/base-url.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { FieldError } from '../../contract/errors.ts';
import type { Draft } from './document-kind.ts';
import { holdsSecret, secretPointers, withoutSecrets } from './secret-fields.ts';

/**
 * Stored secrets that a draft would send to another address (scheme, host or port), or through another proxy, than they
 * were given for. They must be given again: otherwise a person who can edit a connection but not read its secrets could
 * have them sent to a server of their own. Secret headers of destinations can't be given here and must be removed
 * first.
 */
export function exposedSecrets({ body, before, kept, snapshot }: Omit<Draft<'connection'>, 'programs'>): FieldError[] {
  if (before === null) return [];
  const moved = movedAddress(before.body, body);
  const errors = kept
    .filter(exposureOf(before.body, body))
    .map((pointer) => ({ pointer, detail: 'The address changed. Send this secret again with the new address.' }));
  if (moved === null) return errors;
  const holders = [...snapshot.documents.destination.values()].filter(
    (one) => one.body.connectionId === before.id && holdsSecret(one.body.settings.headers),
  );
  if (holders.length === 0) return errors;
  const names = holders.map((one) => one.body.name).join(', ');
  const detail = `Destinations have secret headers that would be sent to another address. Remove them first: ${names}.`;
  return [...errors, { pointer: moved, detail }];
}

/**
 * An old version of a connection without the secrets that would be sent to another address than those of the current
 * version. A client certificate keeps its private key, which is never sent.
 */
export function withoutExposedSecrets(old: ConnectionBody, present: ConnectionBody): ConnectionBody {
  const isExposed = exposureOf(present, old);
  return withoutSecrets(old, (pointer) => isExposed(pointer) && pointer !== '/settings/tls/key');
}

/** Returns a function that decides by pointer whether a secret of `after` is sent to another address than in `before`. */
function exposureOf(before: ConnectionBody, after: ConnectionBody): (pointer: string) => boolean {
  const isMoved = movedAddress(before, after) !== null;
  const isProxyMoved = isElsewhere(proxyOrigin(before), proxyOrigin(after));
  const held = new Set(secretPointers({ auth: before.auth }));
  return (pointer) => {
    if (pointer.startsWith('/settings/proxy/')) return isProxyMoved;
    // Credentials of another kind that a rollback restores have their own address.
    return isMoved || (held.has(pointer) && isElsewhere(credentialsOrigin(before), credentialsOrigin(after)));
  };
}

/** The field that changes the address of requests; null when none does. */
function movedAddress(before: ConnectionBody, after: ConnectionBody): string | null {
  if (isElsewhere(baseOrigin(before), baseOrigin(after)))
    return before.baseUrl === after.baseUrl ? '/port' : '/baseUrl';
  // A new proxy reads unencrypted requests, and with its own certificate authority also encrypted ones.
  return proxyOrigin(after) !== null && isElsewhere(proxyOrigin(before), proxyOrigin(after))
    ? '/settings/proxy/url'
    : null;
}

function isElsewhere(before: string | null, after: string | null): boolean {
  return before !== after;
}

function baseOrigin(connection: ConnectionBody): string {
  const base = parseBaseUrl(connection);
  return base.ok ? base.url.origin : `${connection.baseUrl} ${connection.port}`;
}

/** The origin that the credentials themselves are sent to. */
function credentialsOrigin(connection: ConnectionBody): string {
  const { auth } = connection;
  return auth.type === 'oauth2' ? originOf(auth.accessTokenUrl) : baseOrigin(connection);
}

function proxyOrigin({ settings: { proxy } }: ConnectionBody): string | null {
  return proxy === null ? null : originOf(proxy.url);
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url;
}
