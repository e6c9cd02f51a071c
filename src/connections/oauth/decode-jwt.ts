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

/** What a pasted JSON Web Token says about itself, for the reader. Nothing is verified. */
export function decodeJwt(text: string): DecodedJwt {
  const jwt = plainJwt(text);
  try {
    const claims = claimsOf(jwt);
    const expiresAt = typeof claims.exp === 'number' ? new Date(claims.exp * 1_000) : null;
    const isDate = expiresAt !== null && !Number.isNaN(expiresAt.getTime());
    return { ok: true, header: { ...decodeProtectedHeader(jwt) }, claims, expiresAt: isDate ? expiresAt : null };
  } catch {
    // jose says why in words for programmers; the reader needs to know that what was pasted is something else.
    return { ok: false, reason: 'This is not a JSON Web Token: three parts of letters and digits joined by dots.' };
  }
}

/** A pasted token without a leading `Bearer ` and the white space around it. */
export function plainJwt(text: string): string {
  return text.trim().replace(/^Bearer(\s+|$)/i, '');
}
