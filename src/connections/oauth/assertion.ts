import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import type { Auth } from '../../contract/documents/connection.ts';
import { reveal } from '../secret-fields.ts';

/** How a connection signs its own JSON Web Tokens (RFC 7523). */
export type AssertionSettings = NonNullable<Extract<Auth, { type: 'oauth2' }>['clientAssertion']>;

type Signed = { readonly ok: true; readonly jwt: string } | { readonly ok: false; readonly reason: string };

/**
 * Signs a new assertion. `defaults` fills in absent settings; `claims` may replace any claim but `iat`, `exp` and the
 * unique `jti`. `now` in ms.
 */
export async function signAssertion({
  settings,
  defaults,
  now,
  jti,
}: {
  settings: AssertionSettings;
  defaults: { issuer: string; subject: string; audience: string };
  now: number;
  jti: string;
}): Promise<Signed> {
  const { keyId, algorithm, issuer, subject, audience, lifetimeMs, claims } = settings;
  const key = readPrivateKey(reveal(settings.privateKey));
  if (!key.ok) return key;
  const issuedAt = Math.floor(now / 1_000);
  const payload = {
    iss: defaults.issuer,
    sub: defaults.subject,
    aud: defaults.audience,
    ...claims,
    ...(issuer === null ? {} : { iss: issuer }),
    ...(subject === null ? {} : { sub: subject }),
    ...(audience === null ? {} : { aud: audience }),
    iat: issuedAt,
    exp: issuedAt + Math.ceil(lifetimeMs / 1_000),
    jti,
  };
  try {
    const header = { alg: algorithm, typ: 'JWT', ...(keyId === null ? {} : { kid: keyId }) };
    return { ok: true, jwt: await new SignJWT(payload).setProtectedHeader(header).sign(key.key) };
  } catch {
    // The library's message may describe the key, so it is not shown.
    return { ok: false, reason: `The private key can't sign with ${algorithm}: another kind or size is needed.` };
  }
}

/** Reads a private key as PEM (PKCS#8, PKCS#1, SEC1) or JWK. */
export function readPrivateKey(text: string): { ok: true; key: KeyObject } | { ok: false; reason: string } {
  if (text === '') return { ok: false, reason: 'No private key is stored.' };
  try {
    const isJwk = text.trimStart().startsWith('{');
    const key = isJwk ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' }) : createPrivateKey(text);
    return { ok: true, key };
  } catch {
    // The cause may quote the key.
    return { ok: false, reason: "The private key can't be read: it must be an unencrypted PEM or JWK private key." };
  }
}
