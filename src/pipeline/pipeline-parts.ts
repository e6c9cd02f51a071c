import type { Clock } from '../async/clock.ts';
import type { Audit } from '../audit/audit.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Compute } from '../compute/compute.ts';
import type { Authenticator } from '../connections/authenticator.ts';
import type { Scrubber } from '../connections/secret-redaction.ts';
import type { NewId } from '../contract/ids.ts';
import type { Egress } from '../egress/egress.ts';
import type { Journal } from '../journal/journal.ts';
import type { Notes } from '../notes/notes.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Messages } from './commands/owner-commands.ts';
import type { OperatorRetention } from './snapshot/effective-settings.ts';

/** The parts that the pipeline needs; compose.ts chooses each. */
export type PipelineParts = {
  catalog: Catalog;
  journal: Journal;
  notes: Notes;
  audit: Pick<Audit, 'prune'>;
  sandbox: Sandbox;
  /** Compiles templates: one thread for deliveries, another one for drafts and previews. */
  compute: { deliveries: Compute; drafts: Compute };
  egress: Egress;
  authenticator: Authenticator;
  telemetry: Telemetry;
  /** Null: nothing is traced. */
  tracing?: Tracing | null;
  clock: Clock;
  newId: NewId;
  random: () => number;
  /** Seals what nodes ask each other, which is stored for a moment. */
  messages: Messages;
  /** Removes secrets from texts that people read; it learns the secrets of the documents here. */
  scrubber: Scrubber;
  limits: {
    retention: OperatorRetention;
    stopTimeoutMs: number;
    /** Requests in flight at once. */
    requestsMax: number;
    everyMs: number;
  };
  /** Holds all deliveries before the first is sent. */
  startsHeld?: boolean;
  /** Left out: embedded mode, one node that owns the one partition. */
  node?: NodeParts;
  /** Another process has taken a partition: this process must end. */
  lost(partition: number): void;
};

/** One of the nodes that share a database. */
export type NodeParts = {
  /** Of this process alone. */
  name: string;
  /** How many partitions a database gets that is new. */
  partitions: number;
  /** ms that only grow, also when the clock is set; of all nodes that share a SQLite database from the same start. */
  monotonic(): number;
  /** How long a heartbeat lasts, and how often it is renewed. */
  ttlMs: number;
  everyMs: number;
  /** How often deliveries, commands and states of replays are looked for that other nodes have passed, while there are any. */
  pollMs: number;
  /** How often changes of the configuration and of accounts are looked for that other nodes have made. */
  followMs: number;
  /** How often the state of queues is stored for the other nodes, and theirs is read. */
  statusMs: number;
};
