import type { Accounts } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Nodes } from '../contract/records/node.ts';
import type { IssueStore } from '../issues/issues.ts';
import type { Journal } from '../journal/journal.ts';
import type { Notes } from '../notes/notes.ts';
import type { Requests } from '../requests/requests.ts';
import type { Sealer } from '../secrets/sealer.ts';
import type { SealedStore } from '../secrets/sealing.ts';

/** The ports of one database. */
export interface StoragePorts {
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly issues: IssueStore;
  readonly journal: Journal;
  readonly notes: Notes;
  readonly requests: Requests;
  /**
   * The catalog, and what is sealed in it. Throws an Error of one sentence when something was sealed with a key that the
   * sealer does not have.
   */
  openCatalog(sealer: Sealer): Promise<{ catalog: Catalog; sealed: SealedStore }>;
}

/** PORT. An open database of any engine. Closing it waits for pending writes. */
export interface Storage extends StoragePorts, AsyncDisposable {
  /** Resolves when the storage failed. Every later write is refused. */
  readonly failed: Promise<Error>;
  /** What operators should know of this start, each in a sentence: an upgrade, permissions. */
  readonly notices: readonly { text: string; details?: Readonly<Record<string, unknown>> }[];
  /** Whether all deliveries are to be held before the first is sent, since the database was restored from a copy. */
  readonly startsHeld: boolean;
  /** To call when the hold of `startsHeld` is stored: the next start does not hold them again. */
  held(): void;
  /**
   * The current problems, in sentences for operators, by the part that has it. Empty: none. Those with causes can have
   * file paths.
   */
  problems(withCauses: boolean): Record<string, string>;
  /** What the database says of itself. */
  about(): Promise<StorageFacts>;
  /** Counts since the start; `waitingBytes` is the current value. */
  readonly stats: { readonly commits: number; readonly operations: number; readonly waitingBytes: number };
}

/** `failover`: what a failover to a replica can lose; null: the engine has none. */
export type StorageFacts = Nodes['database'];

/** Why a start refuses a database whose data was moved. */
export const movedSentence = (what: string, { to, at }: { to: string; at: string }): string =>
  `${what} was moved to ${to} (${at}): start Millrace with that database or folder. If that move did not end, run it again; millrace move --undo uses this data again.`;

/** What an engine is told when it is opened. */
export type StorageOptions = {
  /** The name of this process among those that share the database. */
  nodeName?: string | undefined;
  /** While this returns true, the program starts: nothing else is going on. */
  isStarting?: () => boolean;
  /** Replaces the free space of the volume, in tests. */
  freeBytes?: (() => number) | undefined;
  spaceCheckMs?: number | undefined;
};
