/** The contents of a JSON Web Token. */
export type DecodedJwt = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  algorithm: string;
  subject: string | null;
  expiresAt: Date | null;
};

/** The contents of a pasted JSON Web Token; null when it is none. Nothing is verified, and nothing is sent. */
export function decodedJwt(text: unknown): DecodedJwt | null {
  if (typeof text !== 'string') return null;
  const [first, second, signature] = text
    .trim()
    .replace(/^Bearer\s+/i, '')
    .split('.');
  if (first === undefined || second === undefined || signature === undefined) return null;
  try {
    const header = read(first);
    const claims = read(second);
    const { alg } = header;
    const { sub, iss, exp } = claims;
    return {
      header,
      claims,
      algorithm: typeof alg === 'string' ? alg : '?',
      subject: [sub, iss].find((one) => typeof one === 'string') ?? null,
      expiresAt: typeof exp === 'number' ? new Date(exp * 1_000) : null,
    };
  } catch {
    return null; // what was pasted is something else
  }
}

function read(part: string): { [claim: string]: unknown; sub?: string; iss?: string } {
  const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
