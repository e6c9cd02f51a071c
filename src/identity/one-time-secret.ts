import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A text of 256 random bits. The server stores only its digest. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 in hex: sufficient for 256 random bits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether two digests are equal, compared in constant time. */
export function isSameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
