type Part = Record<string, unknown>;

/** The contents of a pasted JSON Web Token; null when it is none. Nothing is verified, and nothing is sent. */
export function decodedJwt(text: unknown): { header: Part; claims: Part; expiresAt: Date | null } | null {
  if (typeof text !== 'string') return null;
  const parts = text
    .trim()
    .replace(/^Bearer\s+/i, '')
    .split('.');
  const [header, claims] = parts.map(read);
  if (parts.length < 3 || header == null || claims == null) return null;
  const { exp } = claims as { exp?: unknown }; // seconds, if it is a number
  const expiresAt = new Date(typeof exp === 'number' ? exp * 1_000 : Number.NaN);
  return { header, claims, expiresAt: Number.isNaN(expiresAt.getTime()) ? null : expiresAt };
}

function read(part: string): Part | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' ? (value as Part | null) : null; // any object
  } catch {
    return null; // what was pasted is something else
  }
}
