import { signAssertion } from './assertion.ts';
import type { Oauth2 } from './client-auth.ts';
import { plainJwt } from './decode-jwt.ts';
import { reveal } from './secret-fields.ts';

export type GrantParams =
  | { readonly ok: true; readonly params: [name: string, value: string][] }
  | { readonly ok: false; readonly reason: string };

/** The form parameters of a grant: RFC 6749 §4.3 and §4.4, RFC 7523 §2.1. A kept key signs a fresh assertion each time. */
export async function grantParams(auth: Oauth2, { now, jti }: { now: number; jti: string }): Promise<GrantParams> {
  const scope: [string, string][] = auth.scope === '' ? [] : [['scope', auth.scope]];
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
