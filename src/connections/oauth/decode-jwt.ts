import { decodeProtectedHeader } from 'jose/decode/protected_header';
import { decodeJwt as claimsOf } from 'jose/jwt/decode';

type DecodedJwt =
  | {
      readonly ok: true;
      readonly header: Readonly<Record<string, unknown>>;
      readonly claims: Readonly<Record<string, unknown>>;
      readonly expiresAt: Date | null;
    }
  | { readonly ok: false; readonly reason: string };

/** The decoded contents of a pasted JSON Web Token, for people. Nothing is verified. */
export function decodeJwt(text: string): DecodedJwt {
  const jwt = plainJwt(text);
  try {
    const claims = claimsOf(jwt);
    const expiresAt = typeof claims.exp === 'number' ? new Date(claims.exp * 1_000) : null;
    const isDate = expiresAt !== null && !Number.isNaN(expiresAt.getTime());
    return { ok: true, header: { ...decodeProtectedHeader(jwt) }, claims, expiresAt: isDate ? expiresAt : null };
  } catch {
    // The message of jose is written for programmers; a person needs to know that the pasted text is something else.
    return {
      ok: false,
      reason: 'This is not a JSON Web Token: it needs three parts of letters and digits joined by dots.',
    };
  }
}

/** A pasted token without a leading `Bearer ` and surrounding white space. */
export function plainJwt(text: string): string {
  return text.trim().replace(/^Bearer(\s+|$)/i, '');
}
