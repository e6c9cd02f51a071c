import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A text of 256 random bits that its holder has and the server only knows the digest of. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 in hex: enough for what has 256 random bits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether two digests are the same, in a time that tells nothing. */
export function isSameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
