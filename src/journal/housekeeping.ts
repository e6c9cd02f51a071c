import type { Erasures } from './erasures.ts';

/** Without `now` no stored time counts as wrong; without `identitiesBefore` none is forgotten for its age. */
export type RetentionLimits = { before: number; identitiesBefore?: number; now?: number; bytesMax: number | null };

/** PORT. The removal of what is old, too much, or of a visitor. The pipeline says when; each adapter knows how. */
export interface Housekeeping {
  /**
   * Removes finished deliveries, ended replays without deliveries, and matched events without deliveries: those created
   * or received before `before`, then the oldest while more than `bytesMax` is in use. Identities above a quarter of
   * `bytesMax` are forgotten before that, and the others after it, the oldest first. Events of one stored group are
   * removed together, on PostgreSQL those of one day. Identities from before `identitiesBefore` are forgotten. A time
   * after `now` was given by a wrong
   * clock: an entry with it is as old as the time to which the clock was set back after it. Works in small steps between
   * other writes. `removed` counts events and deliveries.
   * `full`: still over `bytesMax` with only unfinished deliveries left; `accept` then refuses events until a later call
   * returns false.
   */
  retain(limits: RetentionLimits): Promise<{ removed: number; full: boolean }>;
  /** The adapter's own maintenance, a part per call; to be called in each round of retention. */
  maintain(): Promise<void>;
  /** Removes the bodies of finished deliveries whose time is over, in small steps; returns the number of deliveries. */
  forgetBodies(now: number): Promise<number>;
  /**
   * Changes how long the bodies of a destination's finished deliveries are kept: `ms` after they finished; null: as
   * long as the delivery. Returns the number of deliveries.
   */
  keepBodies(destinationId: string, ms: number | null): Promise<number>;
  /** Bytes in use, and the number of unfinished deliveries. */
  usage(): Promise<{ bytes: number; unfinished: number }>;
  readonly erasures: Erasures;
}
