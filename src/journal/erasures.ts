import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { ErasureCounts } from '../contract/records/erasure.ts';
import type { Event } from '../contract/records/event.ts';

/** Whose data goes: of the events with this visitor id, or with this text in a parameter. */
export type ErasedBy = { visitorId: string } | { parameter: string; value: string };

/** An erasure as it is kept. `code` recognises whose data it was; `sought` is there until nothing is left to look for. */
export type StoredErasure = {
  id: string;
  code: string;
  by: string;
  state: 'running' | 'done';
  sought: ErasedBy | null;
  counts: ErasureCounts;
  createdAt: number;
  finishedAt: number | null;
};

/** An unfinished delivery that an erasure took away. */
export type CancelledDelivery = {
  id: string;
  destinationId: string;
  connectionId: string;
  actionId: string | null;
  replayId: string | null;
  test: boolean;
};

/**
 * One step of an erasure. `waiting`: events that came before it are not matched yet, a delivery is on the wire, or a reader
 * (a backup) still sees what is erased; again later. `events` were erased by this step, and these unfinished deliveries cancelled.
 */
export type ErasureStep = { state: 'running' | 'waiting' | 'done'; events: Event[]; cancelled: CancelledDelivery[] };

/**
 * Erases the events of somebody that were accepted before it began, their deliveries (finished or not) with all attempts,
 * tests that mention the text, and remembered identities, so that nothing of them is left in the storage, not even in
 * parts of it that are unused. Where others' data stands beside it (an exchange of a batch) all bodies go.
 */
export interface Erasures {
  /** What an erasure would take away now. */
  count(sought: ErasedBy): Promise<ErasureCounts>;
  /** Durable when it resolves, with its entry in the audit trail. */
  begin(erasure: { id: string; code: string; sought: ErasedBy; now: number }, entry: NewAuditEntry): Promise<void>;
  /** The newest 1,000, newest first. */
  list(): Promise<StoredErasure[]>;
  /**
   * Does the next step, a few milliseconds of work; `sending` are the deliveries on the wire. Goes on where it was after a
   * restart. An unknown or finished erasure is done.
   */
  step(id: string, query: { now: number; sending: readonly string[] }): Promise<ErasureStep>;
}
