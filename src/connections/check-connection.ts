import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type ConnectionBody, headerName } from '../contract/documents/connection.ts';
import type { FieldError } from '../contract/errors.ts';
import { pointerOf } from '../contract/json.ts';
import { hopsHeader } from '../contract/records/event.ts';
import type { EgressCheck } from '../egress/egress.ts';
import { parseBaseUrl } from './base-url.ts';
import { headerValue } from './header-value.ts';
import { readPrivateKey } from './oauth/assertion.ts';
import { clientAuthParams, credentialsHeaderOf, type Oauth2, paramNameOf } from './oauth/client-auth.ts';
import { grantParamNames } from './oauth/grant.ts';
import { tokenUrlProblem } from './oauth/token-url.ts';
import { proxyUrlProblem } from './proxy-url.ts';
import { revealIfThere } from './secret-fields.ts';
import { standardKey } from './signing.ts';

/**
 * Checks of a connection that its schema can't make: addresses, credentials that no header can carry, unreadable
 * keys. A missing password, token or signing key, stored or referenced, is no error: deliveries are held until it is
 * entered. `check` is the egress guard's (no DNS lookup), `isHttpAllowed` the operator's allow-list. Details contain
 * no secret.
 */
export function checkConnection({
  connection,
  check,
  isHttpAllowed,
}: {
  connection: Pick<ConnectionBody, 'baseUrl' | 'port' | 'auth' | 'settings'>;
  check: (url: string) => EgressCheck;
  isHttpAllowed: (url: string) => boolean;
}): FieldError[] {
  const errors: FieldError[] = [];
  const base = parseBaseUrl(connection);
  if (!base.ok) errors.push({ pointer: base.pointer, detail: base.reason });
  else errors.push(...checkAddress('/baseUrl', base.url.href, check));
  errors.push(...checkAuth(connection, check, isHttpAllowed));
  for (const [index, { value }] of connection.settings.headers.entries())
    if (headerValue(revealIfThere(value)) === null) errors.push(notHeader(`/settings/headers/${index}/value`));
  errors.push(...checkTls(connection.settings.tls), ...checkProxy(connection.settings.proxy, check));
  errors.push(...checkSigning(connection.settings.signing), ...checkOwnHeaders(connection));
  return errors;
}

function checkAddress(pointer: string, url: string, check: (url: string) => EgressCheck): FieldError[] {
  const checked = check(url);
  return checked.ok ? [] : [{ pointer, detail: checked.reason, code: 'blocked_address' }];
}

function checkAuth(
  { auth }: Pick<ConnectionBody, 'auth'>,
  check: (url: string) => EgressCheck,
  isHttpAllowed: (url: string) => boolean,
): FieldError[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      // RFC 7617 §2 forbids control characters in both; the schema checks the user name.
      return /\p{Cc}/u.test(revealIfThere(auth.password))
        ? [{ pointer: '/auth/password', detail: 'Must not contain control characters.' }]
        : [];
    case 'bearer':
      return /^[\x21-\x7e]*$/.test(revealIfThere(auth.token))
        ? []
        : [{ pointer: '/auth/token', detail: 'Must be visible ASCII without spaces; leave out the word Bearer.' }];
    case 'oauth2':
      return [
        ...checkTokenUrl(auth.accessTokenUrl, check, isHttpAllowed),
        ...checkAssertions(auth),
        ...checkExtraParams(auth),
        ...Object.entries(auth.extraHeaders).flatMap(([name, value]) => {
          const pointer = pointerOf(['auth', 'extraHeaders', name]);
          const named = headerName.safeParse(name);
          if (!named.success) return [{ pointer, detail: named.error.issues[0]?.message ?? 'Is not a header name.' }];
          return headerValue(revealIfThere(value)) === null ? [notHeader(pointer)] : [];
        }),
      ];
  }
}

function checkTokenUrl(
  url: string,
  check: (url: string) => EgressCheck,
  isHttpAllowed: (url: string) => boolean,
): FieldError[] {
  const pointer = '/auth/accessTokenUrl';
  const problem = tokenUrlProblem(url, isHttpAllowed);
  return problem === null ? checkAddress(pointer, url, check) : [{ pointer, detail: problem }];
}

function checkExtraParams(auth: Oauth2): FieldError[] {
  const taken = new Set([...grantParamNames(auth), ...clientAuthParams(auth)].map((name) => paramNameOf(auth, name)));
  return Object.keys(auth.extraParams)
    .filter((name) => taken.has(name))
    .map((name) => ({
      pointer: pointerOf(['auth', 'extraParams', name]),
      detail: `The parameter ${name} is set by the grant or the client authentication.`,
    }));
}

function checkAssertions(auth: Oauth2): FieldError[] {
  const errors: FieldError[] = [];
  if (auth.clientAuth === 'private_key_jwt' && auth.clientAssertion === null)
    errors.push({
      pointer: '/auth/clientAssertion',
      detail: 'Is required to authenticate the client with private_key_jwt.',
    });
  const signers = { clientAssertion: auth.clientAssertion, assertion: auth.grant === 'jwt' ? auth.assertion : null };
  for (const [name, signer] of Object.entries(signers)) {
    if (signer === null || revealIfThere(signer.privateKey) === '') continue;
    const read = readPrivateKey(revealIfThere(signer.privateKey));
    if (!read.ok) errors.push({ pointer: `/auth/${name}/privateKey`, detail: read.reason });
  }
  return errors;
}

function checkTls(tls: ConnectionBody['settings']['tls']): FieldError[] {
  if (tls.cert === null && tls.key !== null)
    return [{ pointer: '/settings/tls/cert', detail: 'A private key needs its client certificate.' }];
  const errors: FieldError[] = [];
  if (tls.ca !== null && !isCertificates(tls.ca)) errors.push({ pointer: '/settings/tls/ca', detail: NO_CERTIFICATES });
  if (tls.cert !== null) errors.push(...checkPair(tls.cert, revealIfThere(tls.key)));
  return errors;
}

function checkProxy(proxy: ConnectionBody['settings']['proxy'], check: (url: string) => EgressCheck): FieldError[] {
  if (proxy === null) return [];
  const problem = proxyUrlProblem(proxy.url);
  const errors =
    problem === null
      ? checkAddress('/settings/proxy/url', proxy.url, check)
      : [{ pointer: '/settings/proxy/url', detail: problem }];
  // RFC 7617 §2 forbids control characters.
  if (/\p{Cc}/u.test(revealIfThere(proxy.password)))
    errors.push({ pointer: '/settings/proxy/password', detail: 'Must not contain control characters.' });
  return errors;
}

function checkSigning(signing: ConnectionBody['settings']['signing']): FieldError[] {
  if (signing === null) return [];
  if (signing.scheme === 'hmac')
    return headerValue(signing.format) === null && !signing.format.includes('{body}')
      ? [notHeader('/settings/signing/format')]
      : [];
  return (['secret', 'previousSecret'] as const)
    .filter((name) => revealIfThere(signing[name]) !== '' && standardKey(revealIfThere(signing[name])) === null)
    .map((name) => ({
      pointer: `/settings/signing/${name}`,
      detail: 'Must be base64, with or without whsec_ before it (Standard Webhooks).',
    }));
}

/** The idempotency key and the signature can't share a header with each other, or with what Millrace sets itself. */
function checkOwnHeaders({ auth, settings }: Pick<ConnectionBody, 'auth' | 'settings'>): FieldError[] {
  const { idempotencyHeader, signing } = settings;
  const taken = ['content-type', 'user-agent', hopsHeader.toLowerCase()];
  const errors: FieldError[] = [];
  const use = (pointer: string, name: string) => {
    if (taken.includes(name.toLowerCase()))
      errors.push({ pointer, detail: 'Is the name of another header of the request.' });
    taken.push(name.toLowerCase());
  };
  const credentials = credentialsHeaderOf(auth);
  if (credentials !== null) use('/auth/tokenHeader/name', credentials);
  if (idempotencyHeader !== null) use('/settings/idempotencyHeader', idempotencyHeader);
  if (signing?.scheme === 'hmac') use('/settings/signing/header', signing.header);
  return errors;
}

export const NO_CERTIFICATES = 'Must be one or more certificates in PEM, without a private key.';

/** Whether a text is one or more certificates in PEM. A private key beside them would not be stored as a secret. */
export function isCertificates(text: string): boolean {
  if (text.includes('PRIVATE KEY-----')) return false;
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every((block) => doesNotThrow(() => new X509Certificate(block)));
}

/** The key may be missing: deliveries are held until it is entered. */
function checkPair(cert: string, key: string): FieldError[] {
  if (!isCertificates(cert)) return [{ pointer: '/settings/tls/cert', detail: NO_CERTIFICATES }];
  if (key === '' || doesNotThrow(() => createSecureContext({ cert, key }))) return [];
  const pointer = '/settings/tls/key';
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key))
    return [{ pointer, detail: 'Is protected by a passphrase: enter the key without it (openssl pkey -in key.pem).' }];
  if (!doesNotThrow(() => createPrivateKey(key))) return [{ pointer, detail: 'Must be a private key in PEM.' }];
  return [{ pointer: '/settings/tls/cert', detail: 'Certificate and private key (PEM) do not match.' }];
}

/** OpenSSL reports an unreadable key only as an exception, whose message may quote the key. */
function doesNotThrow(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function notHeader(pointer: string): FieldError {
  return { pointer, detail: 'Must be one line of visible ASCII.' };
}
