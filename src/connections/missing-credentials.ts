import type { Auth, ConnectionBody, Header } from '../contract/documents/connection.ts';

/**
 * Names the credentials that a connection needs and lacks; null: it has all. Its deliveries are held until they are
 * entered. An empty text stored as the password of basic authentication or as client secret counts as entered. Pure.
 */
export function missingCredentials({ auth, settings }: Pick<ConnectionBody, 'auth' | 'settings'>): string | null {
  const { signing, tls } = settings;
  return sentence([
    ...missingOfAuth(auth),
    ...(tls.cert !== null && tls.key === null ? ['private key of the client certificate'] : []),
    ...missingOfHeaders(settings.headers),
    ...(signing !== null && signing.secret === null && signing.previousSecret === null ? ['signing secret'] : []),
  ]);
}

/** Names the missing secret headers of a destination; null: none. */
export function missingHeaderValues(headers: readonly Header[]): string | null {
  return headers.some(({ value }) => value === null) ? sentence(missingOfHeaders(headers)) : null;
}

/** Names the missing credentials of the authentication alone; null: none. */
export function missingAuth(auth: Auth): string | null {
  return sentence(missingOfAuth(auth));
}

function missingOfAuth(auth: Auth): string[] {
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      return auth.password === null ? ['password'] : [];
    case 'bearer':
      return auth.token === null ? ['bearer token'] : [];
    case 'oauth2':
      return [...missingOfClient(auth), ...missingOfGrant(auth)];
  }
}

type Oauth2 = Extract<Auth, { type: 'oauth2' }>;

/** Only confidential clients may use client credentials (RFC 6749 §4.4); with other grants a secret is optional. */
function missingOfClient({ grant, clientAuth, clientSecret, clientAssertion }: Oauth2): string[] {
  if (clientAuth === 'private_key_jwt')
    return clientAssertion?.privateKey == null ? ['private key of the client assertion'] : [];
  const isNeeded = clientAuth === 'auto' ? grant === 'client_credentials' : clientAuth !== 'none';
  return isNeeded && clientSecret === null ? ['client secret'] : [];
}

function missingOfGrant(auth: Oauth2): string[] {
  switch (auth.grant) {
    case 'client_credentials':
      return [];
    case 'password':
      return auth.password === null ? ['password'] : [];
    case 'jwt':
      if (auth.assertion !== null) return auth.assertion.privateKey === null ? ['private key of the assertion'] : [];
      return auth.jwt === null ? ['JSON Web Token'] : [];
    case 'refresh_token':
      return auth.refreshToken === null ? ['refresh token'] : [];
  }
}

function missingOfHeaders(headers: readonly Header[]): string[] {
  return headers.flatMap(({ name, value }) => (value === null ? [`value of the header ${name}`] : []));
}

function sentence(missing: readonly string[]): string | null {
  const [last, ...others] = missing.map((one) => `the ${one}`).toReversed();
  if (last === undefined) return null;
  const all = others.length === 0 ? last : `${others.toReversed().join(', ')} and ${last}`;
  return `${all.charAt(0).toUpperCase()}${all.slice(1)} ${others.length === 0 ? 'is' : 'are'} missing.`;
}
