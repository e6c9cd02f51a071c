import type { Health } from '../contract/connection.ts';
import type { Attempt, Reason } from '../contract/delivery.ts';
import type { Event, IncomingEvent } from '../contract/event.ts';
import type { Parameter } from '../contract/parameter.ts';
import type { Configuration, Rule } from './configuration.ts';
import type { Studio } from './studio.ts';

/** What the rest of the program sees of the journey. */
export interface Pipeline extends AsyncDisposable {
  readonly configuration: Configuration;
  /** Keeps one request's events durably and hands them on; answers their ids in input order. */
  accept(request: { collectorId: string; receivedAt: number; events: IncomingEvent[] }): Promise<string[]>;
  /** Previews, tests and renders on the path of delivery. */
  readonly studio: Studio;
  /** What is known of deliveries beyond the log: who is on the wire, which gates are closed, what waits. */
  readonly outlook: Outlook;
  /** Parameters learnt from traffic joined with what people said of them, by name. */
  parameters(): Parameter[];
  /** Called with each matched event and each attempt; answers the way to stop. */
  watch(listener: (news: News) => void): () => void;
}

export interface Outlook {
  isSending(deliveryId: string): boolean;
  /** Destinations whose gate (their own or their connection's) is closed, and why. */
  closed(): ReadonlyMap<string, { reason: Reason; detail: string | null }>;
  /** Looks at the queues of these destinations now (after a retry by a person, say). */
  wake(destinationIds: readonly string[]): void;
  health(connectionId: string): Promise<Health>;
}

export type News =
  | { kind: 'event'; event: Event; matched: readonly Rule[] }
  | { kind: 'attempt'; deliveryId: string; destinationId: string; attempt: Attempt; status: string };
