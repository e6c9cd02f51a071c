import type { Unauthorized } from '../../connections/oauth/access-tokens.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import type { Verdict } from '../../destinations/judge.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import type { DataRecord } from './mapping.ts';
import type { Rendering } from './rendered-output.ts';

/** A delivery with everything that its next attempt needs. */
export type Work = {
  deliveryId: string;
  idempotencyKey: string;
  createdAt: number;
  queuedMs: number | null;
  /** Exchanges logged before. */
  number: number;
  waitedMs: number;
  event: Event | null;
  /** The JSON of the event's data, if known. */
  dataText: string | null;
  /** Records to use instead of the mapped event (a test). */
  data: readonly DataRecord[] | null;
  rendered: Rendered | null;
  /**
   * The events of all deliveries of its exchange, its own first: the template gets a record of each. null: not in a
   * batch.
   */
  batch: readonly Event[] | null;
  /** Action and destination are pinned, the connection is the current one. */
  plan: DeliveryPlan;
};

/** What an attempt tells of its requests, and asks about them. */
export type Requests = {
  /** A request has been written to a socket. */
  written(): void;
  /** Whether a second request may be sent now, without waiting for a rate. */
  again(): Promise<boolean>;
  /** Whether a request may be written now; left out: always. */
  mayWrite?: (() => boolean) | undefined;
  /** A request was not written, since `mayWrite` returned false. */
  isWithheld: boolean;
};

/**
 * A request was not written, since this process may not act for the delivery any more: it stays as it is, for the next owner.
 * `sent`: how many requests were sent before.
 */
export class Withheld extends Error {
  readonly sent: number;

  constructor(sent: number) {
    super('The heartbeat of this node is over.');
    this.sent = sent;
  }
}

/** The result of an attempt: at most two exchanges (a refreshed token resends once) and the verdict on the last one. */
export type Attempted =
  | { kind: 'nothing'; rendering: Exclude<Rendering, { kind: 'rendered' }> }
  | { kind: 'unbuilt'; rendered: Rendered; reason: 'blocked' | 'template_error'; detail: string; log: Attempt[] }
  /** An error in Millrace before the request was sent. `rendered` null: the error was in rendering. */
  | { kind: 'errored'; rendered: Rendered | null; detail: string; log: Attempt[] }
  /** `each`: the verdict on each record of a batch, where they differ. */
  | { kind: 'judged'; rendered: Rendered; verdict: Verdict; each: readonly Verdict[] | null; log: Attempt[] }
  | { kind: 'unauthorized'; rendered: Rendered; refusal: Unauthorized['kind']; detail: string; log: Attempt[] };
