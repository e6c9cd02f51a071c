import { createHash, timingSafeEqual } from 'node:crypto';
import { allRights } from '../contract/rights.ts';
import type { Authenticate, Principal } from './principal.ts';

/**
 * Knows one token, that of MILLRACE_ADMIN_TOKEN, which has every right; null knows none. How long it takes tells
 * nothing about the token: digests of one length are compared in constant time.
 */
export function adminToken(token: string | null): Authenticate {
  if (token === null) return () => null;
  const administrator: Principal = { name: 'Administrator token', rights: new Set(allRights) };
  const wanted = digest(token);
  return (given) => (timingSafeEqual(digest(given), wanted) ? administrator : null);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
