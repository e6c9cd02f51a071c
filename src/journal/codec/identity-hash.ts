import { createHash } from 'node:crypto';

/** By which PostgreSQL knows the identity of an event, in hexadecimal. 16 bytes: two of a day's billions are equal once in 10^20. */
export const identityHash = (collectorId: string, identity: string): string =>
  createHash('sha256').update(`${collectorId}\0${identity}`).digest('hex').slice(0, 32);
