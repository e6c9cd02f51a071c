import { reveal } from '../secret-fields.ts';
import { signAssertion } from './assertion.ts';
import type { Oauth2 } from './client-auth.ts';
import { plainJwt } from './decode-jwt.ts';

type GrantParams =
  | { readonly ok: true; readonly params: [name: string, value: string][] }
  | { readonly ok: false; readonly reason: string };

/** The names of the form parameters that a grant sets, also when a refresh token is presented instead. */
export function grantParamNames({ grant, scope }: Oauth2): string[] {
  const own = { client_credentials: [], password: ['username', 'password'], jwt: ['assertion'], refresh_token: [] };
  return [
    'grant_type',
    ...own[grant],
    ...(grant === 'client_credentials' ? [] : ['refresh_token']),
    ...(scope === '' ? [] : ['scope']),
  ];
}

/**
 * The form parameters of a grant: RFC 6749 §4.3, §4.4 and §6, RFC 7523 §2.1. A stored key signs a new assertion each
 * time. A `refreshToken` from an earlier response is presented instead of the grant.
 */
export async function grantParams(
  auth: Oauth2,
  { now, jti, refreshToken }: { now: number; jti: string; refreshToken: string | null },
): Promise<GrantParams> {
  const scope: [string, string][] = auth.scope === '' ? [] : [['scope', auth.scope]];
  const refreshed = (token: string): GrantParams => ({
    ok: true,
    params: [['grant_type', 'refresh_token'], ['refresh_token', token], ...scope],
  });
  if (refreshToken !== null) return refreshed(refreshToken);
  switch (auth.grant) {
    case 'client_credentials':
      return { ok: true, params: [['grant_type', 'client_credentials'], ...scope] };
    case 'password': {
      const { username, password } = auth;
      return {
        ok: true,
        params: [['grant_type', 'password'], ['username', username], ['password', reveal(password)], ...scope],
      };
    }
    case 'refresh_token': {
      const stored = reveal(auth.refreshToken).trim();
      return stored === '' ? { ok: false, reason: 'No refresh token is stored.' } : refreshed(stored);
    }
    case 'jwt': {
      const { clientId, accessTokenUrl } = auth;
      const defaults = { issuer: clientId, subject: clientId, audience: accessTokenUrl };
      const pasted = plainJwt(reveal(auth.jwt));
      const assertion =
        auth.assertion === null
          ? { ok: true as const, jwt: pasted }
          : await signAssertion({ settings: auth.assertion, defaults, now, jti });
      if (!assertion.ok) return assertion;
      if (assertion.jwt === '') return { ok: false, reason: 'No JSON Web Token is stored.' };
      const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
      return { ok: true, params: [['grant_type', grantType], ['assertion', assertion.jwt], ...scope] };
    }
  }
}
