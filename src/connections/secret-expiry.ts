import type { Auth } from '../contract/documents/connection.ts';
import { decodeJwt } from './oauth/decode-jwt.ts';
import { revealIfThere } from './secret-fields.ts';

/**
 * When a pasted secret expires, if it says so: a bearer token or an assertion that is a JSON Web Token with `exp`
 * (RFC 7519 §4.1.4). null: unknown, or a stored key signs new tokens automatically.
 */
export function secretExpiry(auth: Auth): Date | null {
  const pasted =
    auth.type === 'bearer'
      ? auth.token
      : auth.type === 'oauth2' && auth.grant === 'jwt' && auth.assertion === null
        ? auth.jwt
        : null;
  const text = pasted === null ? '' : revealIfThere(pasted);
  const decoded = text === '' ? null : decodeJwt(text);
  return decoded?.ok === true ? decoded.expiresAt : null;
}
