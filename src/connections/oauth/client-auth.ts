import {
  type Auth,
  standardTokenFields,
  standardTokenParams,
  type TokenFields,
} from '../../contract/documents/connection.ts';
import { reveal } from '../secret-fields.ts';
import { signAssertion } from './assertion.ts';

export type Oauth2 = Extract<Auth, { type: 'oauth2' }>;

/** The field names of token responses; the standard's names for connections stored before this setting existed. */
export function tokenFieldsOf({ tokenFields }: Pick<Partial<Oauth2>, 'tokenFields'>): TokenFields {
  return tokenFields ?? standardTokenFields;
}

/** The name of a parameter in the token requests of a connection; null: it is not sent. */
export function paramNameOf({ tokenParams }: Pick<Partial<Oauth2>, 'tokenParams'>, standard: string): string | null {
  const names = tokenParams ?? standardTokenParams;
  switch (standard) {
    case 'grant_type':
      return names.grantType;
    case 'client_id':
      return names.clientId;
    case 'username':
      return names.username;
    case 'password':
      return names.password;
    default:
      return standard;
  }
}

/** The header with an access token. */
export function tokenHeaderOf(
  { tokenHeader }: Pick<Partial<Oauth2>, 'tokenHeader'>,
  accessToken: string,
): [name: string, value: string] {
  if (tokenHeader == null) return ['Authorization', `Bearer ${accessToken}`];
  const { name, scheme } = tokenHeader;
  return [name, scheme === null ? accessToken : `${scheme} ${accessToken}`];
}

/** The name of the header with the credentials of a connection, in lower case; null: there is none. */
export function credentialsHeaderOf(auth: Auth): string | null {
  switch (auth.type) {
    case 'none':
      return null;
    case 'basic':
    case 'bearer':
      return 'authorization';
    case 'oauth2':
      return tokenHeaderOf(auth, '')[0].toLowerCase();
  }
}

/** A method of client authentication at a token endpoint. */
export type ClientAuthMethod = Exclude<Oauth2['clientAuth'], 'auto'>;

/**
 * The methods to try, in order. `remembered` is the one that succeeded last; an empty secret makes a public client.
 */
export function clientAuthMethods(auth: Oauth2, remembered: ClientAuthMethod | null): ClientAuthMethod[] {
  if (auth.clientAuth === 'private_key_jwt') return ['private_key_jwt'];
  if (reveal(auth.clientSecret) === '') return ['none'];
  if (auth.clientAuth !== 'auto') return [auth.clientAuth];
  return remembered === 'body' ? ['body', 'basic'] : ['basic', 'body'];
}

type ClientAuthParts =
  | { readonly ok: true; readonly authorization: string | null; readonly params: [name: string, value: string][] }
  | { readonly ok: false; readonly reason: string };

/** The header and form parameters of one method (RFC 6749 §2.3.1, RFC 7523 §2.2). */
export async function clientAuthParts(
  auth: Oauth2,
  method: ClientAuthMethod,
  { now, jti }: { now: number; jti: string },
): Promise<ClientAuthParts> {
  const { clientId } = auth;
  const secret = reveal(auth.clientSecret);
  switch (method) {
    case 'basic':
      return { ok: true, authorization: basicCredentials(formEncoded(clientId), formEncoded(secret)), params: [] };
    case 'basic_raw':
      return { ok: true, authorization: basicCredentials(clientId, secret), params: [] };
    case 'none':
      return { ok: true, authorization: null, params: [['client_id', clientId]] };
    case 'body':
      return {
        ok: true,
        authorization: null,
        params: [
          ['client_id', clientId],
          ['client_secret', secret],
        ],
      };
    case 'private_key_jwt': {
      if (auth.clientAssertion === null)
        return { ok: false, reason: 'No key for signing client assertions is stored.' };
      const defaults = { issuer: clientId, subject: clientId, audience: auth.accessTokenUrl };
      const signed = await signAssertion({ settings: auth.clientAssertion, defaults, now, jti });
      if (!signed.ok) return signed;
      return {
        ok: true,
        authorization: null,
        params: [
          ['client_id', clientId],
          ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
          ['client_assertion', signed.jwt],
        ],
      };
    }
  }
}

/**
 * Form parameters of client authentication that extra parameters must not set, whatever the method: RFC 6749 §2.3
 * allows one method in a request. The client id is one of them unless it is sent in the Authorization header.
 */
export function clientAuthParams({ clientAuth, clientSecret }: Oauth2): string[] {
  const isInHeader = (clientAuth === 'basic' || clientAuth === 'basic_raw') && clientSecret !== null;
  return [...(isInHeader ? [] : ['client_id']), 'client_secret', 'client_assertion', 'client_assertion_type'];
}

/** The value of an Authorization header for Basic (RFC 7617, UTF-8). */
export function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Text encoded as application/x-www-form-urlencoded. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}
