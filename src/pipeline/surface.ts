import type { Clock } from '../async/clock.ts';
import type { Audit } from '../audit/audit.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Compute } from '../compute/compute.ts';
import type { Authenticator } from '../connections/authenticator.ts';
import type { Parameter } from '../contract/documents/parameter.ts';
import type { NewId } from '../contract/ids.ts';
import type { IncomingEvent } from '../contract/records/event.ts';
import type { Secret } from '../contract/secret.ts';
import type { Egress } from '../egress/egress.ts';
import type { Journal } from '../journal/journal.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Troubles } from './insight/failure-events.ts';
import type { News, Outlook } from './insight/queue-status.ts';
import type { Statistics } from './insight/statistics.ts';
import type { Checks } from './preview/checks.ts';
import type { Studio } from './preview/preview.ts';
import type { Replays } from './replay/replay-runner.ts';
import type { Eraser } from './retention/erasure.ts';
import type { OperatorRetention } from './snapshot/effective-settings.ts';
import type { Configuration, Scrubber } from './snapshot/snapshot.ts';

/** What the journey is made of; app.ts chooses each. */
export type PipelineParts = {
  catalog: Catalog;
  journal: Journal;
  audit: Pick<Audit, 'prune'>;
  sandbox: Sandbox;
  /** Compiles what deliveries render, and apart from it what people try out. */
  compute: { deliveries: Compute; drafts: Compute };
  egress: Egress;
  authenticator: Authenticator;
  telemetry: Telemetry;
  clock: Clock;
  newId: NewId;
  random: () => number;
  /** Takes secrets out of what people will read; those of the documents it learns here. */
  scrubber: Scrubber & { follow(live: () => Iterable<Secret>): () => void };
  limits: {
    retention: OperatorRetention;
    stopTimeoutMs: number;
    everyMs: number;
  };
  /** Another process took the work over: this one must end. */
  lost(scope: string): void;
};

/** What the rest of the program sees of the journey. */
export interface Pipeline extends AsyncDisposable {
  readonly configuration: Configuration;
  /** Keeps one request's events durably and hands them on; answers their ids in input order. */
  accept(request: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]>;
  /** Previews, tests and renders on the path of delivery. */
  readonly studio: Studio;
  /** What changes would do, on the newest events. */
  readonly checks: Checks;
  readonly outlook: Outlook;
  readonly troubles: Troubles;
  readonly replays: Replays;
  readonly eraser: Omit<Eraser, typeof Symbol.asyncDispose>;
  readonly statistics: Pick<Statistics, 'read' | 'rejected' | 'ended' | 'problem'>;
  /** What lies in memory now. */
  depth(): { inMemory: number; inFlight: number; unmatched: number };
  /** Parameters learnt from traffic joined with what people said of them, by name. */
  parameters(): Parameter[];
  /** Called with each matched event and each attempt; answers the way to stop. */
  watch(listener: (news: News) => void): () => void;
}
