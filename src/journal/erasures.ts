import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { ErasureCounts } from '../contract/records/erasure.ts';
import type { Event } from '../contract/records/event.ts';
import type { LoggedDelivery } from './deliveries.ts';

/** Whose data is erased: the events with this visitor id, or with this text in a parameter. */
export type ErasedBy = { visitorId: string } | { parameter: string; value: string };

/**
 * A stored erasure. `code` identifies the visitor without the id; `sought` is removed with the first step after the search
 * is over (`isSearched`).
 */
export type StoredErasure = {
  id: string;
  code: string;
  by: string;
  state: 'running' | 'done';
  sought: ErasedBy | null;
  isSearched: boolean;
  counts: ErasureCounts;
  createdAt: number;
  finishedAt: number | null;
};

/** An unfinished delivery that an erasure cancelled and removed. */
export type CancelledDelivery = Pick<
  LoggedDelivery,
  'id' | 'destinationId' | 'connectionId' | 'actionId' | 'replayId' | 'test'
>;

/**
 * What an erasure waits for: `events` from before it that are not matched yet, or whose deliveries are in flight; `tests` in flight;
 * `commands` of nodes to each other; `readers` of the database, such as a backup, that may still see erased data.
 */
export type ErasureWait = 'events' | 'tests' | 'commands' | 'readers';

/**
 * The result of one step of an erasure. `searched`: what quotes events elsewhere (issues, alerts, kept responses) must be
 * gone before the next step, which begins to clear unused space. `waiting`: for `waitsFor`; call it again later. `events`: erased by this
 * step. `cancelled`: unfinished deliveries that this step removed.
 */
export type ErasureStep = {
  state: 'running' | 'searched' | 'waiting' | 'done';
  /** null: for nothing. */
  waitsFor: ErasureWait | null;
  events: Event[];
  cancelled: CancelledDelivery[];
};

/**
 * Erases the events of a visitor that were accepted before the erasure began, their deliveries (finished or not) with
 * all attempts, tests that mention the text, and remembered identities. Nothing of them is left in the database files,
 * not even in unused pages. On PostgreSQL, old versions stay in the tables of today until these are rewritten, in large
 * ones until the space is used again or the day is dropped, and in the WAL and backups. An exchange (of a batch) that also has data of
 * others loses its bodies, its URL below the
 * origin, and the values of its headers, except the type of the body.
 */
export interface Erasures {
  /** Counts the data that an erasure would remove now. */
  count(sought: ErasedBy): Promise<ErasureCounts>;
  /** Durable when it resolves, with its entry in the audit trail. */
  begin(erasure: { id: string; code: string; sought: ErasedBy; now: number }, entry: NewAuditEntry): Promise<void>;
  /** The newest 1,000, newest first. */
  list(): Promise<StoredErasure[]>;
  /**
   * Runs the next step, a few milliseconds of work; `sending` are the deliveries in flight. Continues after a restart.
   * An unknown or finished erasure is `done`.
   */
  step(id: string, query: { now: number; sending: readonly string[] }): Promise<ErasureStep>;
}
