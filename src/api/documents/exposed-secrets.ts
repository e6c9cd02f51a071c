import { parseBaseUrl } from '../../connections/base-url.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { FieldError } from '../../contract/errors.ts';
import type { Draft } from './document-kind.ts';
import { holdsSecret, secretPointers, withoutSecrets } from './secret-fields.ts';

/**
 * Stored secrets that a draft would send to another address (scheme, host or port) than the one they were given for, or
 * through another proxy. They must be given again: else whoever may edit a connection, and may not read its secrets,
 * could have them sent to himself. Secret headers of its destinations can't be given here, so that they must go first.
 */
export function exposedSecrets({ body, before, kept, snapshot }: Omit<Draft<'connection'>, 'programs'>): FieldError[] {
  if (before === null) return [];
  const moved = movedAddress(before.body, body);
  const errors = kept
    .filter(exposureOf(before.body, body))
    .map((pointer) => ({ pointer, detail: 'The address changed; send this secret again, together with it.' }));
  if (moved === null) return errors;
  const holders = [...snapshot.documents.destination.values()].filter(
    (one) => one.body.connectionId === before.id && holdsSecret(one.body.settings.headers),
  );
  if (holders.length === 0) return errors;
  const names = holders.map((one) => one.body.name).join(', ');
  const detail = `Destinations have secret headers that would go to another address; remove these first: ${names}.`;
  return [...errors, { pointer: moved, detail }];
}

/**
 * An old version of a connection without the secrets that would go to another address than those of the present version. A
 * client certificate keeps its private key, which is never sent.
 */
export function withoutExposedSecrets(old: ConnectionBody, present: ConnectionBody): ConnectionBody {
  const isExposed = exposureOf(present, old);
  return withoutSecrets(old, (pointer) => isExposed(pointer) && pointer !== '/settings/tls/key');
}

/** Tells by its pointer whether a secret of `after` would go to another address than those of `before`. */
function exposureOf(before: ConnectionBody, after: ConnectionBody): (pointer: string) => boolean {
  const isMoved = movedAddress(before, after) !== null;
  const isProxyMoved = isElsewhere(proxyOrigin(before), proxyOrigin(after));
  const held = new Set(secretPointers({ auth: before.auth }));
  return (pointer) => {
    if (pointer.startsWith('/settings/proxy/')) return isProxyMoved;
    // What a rollback brings back beside credentials of another kind comes with its own address.
    return isMoved || (held.has(pointer) && isElsewhere(credentialsOrigin(before), credentialsOrigin(after)));
  };
}

/** The field that takes requests elsewhere; null when none does. */
function movedAddress(before: ConnectionBody, after: ConnectionBody): string | null {
  if (isElsewhere(baseOrigin(before), baseOrigin(after)))
    return before.baseUrl === after.baseUrl ? '/port' : '/baseUrl';
  // A new proxy reads what is not encrypted, and with a certificate authority of its owner's the rest too.
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

/** Where the credentials themselves are sent. */
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
