import type { BodyLimits } from '../../http/request.ts';
import type { SocketLimits } from './connection-limits.ts';

/** Limits that apply to clients before authentication. Times in ms. */
export type WireLimits = SocketLimits &
  BodyLimits & {
    /** From the start of the connection, or the previous response, until the header is complete. */
    headMs: number;
    /** From the first byte of a request to the last. */
    requestMs: number;
    /** How long an idle connection stays open. */
    keepAliveMs: number;
  };

/** A slow client is disconnected within 15 s, in whichever phase it is slow. */
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
