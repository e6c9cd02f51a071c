import type { SocketLimits } from './connection-limits.ts';
import type { BodyLimits } from './read-body.ts';

/** What clients may take of the server before anything about them is known. Times in ms. */
export type WireLimits = SocketLimits &
  BodyLimits & {
    /** From a connection, or the answer before, until a head is whole. */
    headMs: number;
    /** From the first byte of a request to its last. */
    requestMs: number;
    /** How long a connection is kept between requests. */
    keepAliveMs: number;
  };

/** Each slow client is cut within 15 s, whatever it is slow at. */
export const wireLimits: WireLimits = {
  headMs: 10_000,
  requestMs: 12_000,
  keepAliveMs: 60_000,
  stuckMs: 5_500,
  readMs: 10_000,
  checkMs: 1_000,
  socketsMax: 4_096,
  bodyBytesMax: 1_048_576,
  arrivingBytesMax: 64 * 1_048_576,
};
