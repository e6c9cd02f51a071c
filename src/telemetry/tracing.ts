import type { IncomingHttpHeaders } from 'node:http';

/** What is traced of an attempt. Ids alone: names and contents of events never become attributes of a span. */
export type TracedAttempt = {
  deliveryId: string;
  eventIds: readonly string[];
  destinationId: string;
  connectionId: string;
  /** The number of attempts before. */
  number: number;
};

/** The trace of one intake request. */
export type RequestTrace = {
  /** The rules were evaluated; `deliveries` is their plan, null: the events are planned in turns. */
  matched(deliveries: number | null): void;
  /** The events are stored under these ids; what happens to them later joins the trace. */
  stored(ids: readonly string[]): void;
  ended(error?: unknown): void;
};

/** The trace of one attempt of a delivery. */
export type AttemptTrace = {
  rendered(): void;
  /** A request leaves; returns the headers by which the destination continues the trace. */
  sending(method: string, url: string): [name: string, value: string][];
  /** Its response, or `errorKind` when there is none. */
  received(status: number | null, errorKind: string | null): void;
  /** `outcome` is a kind of `Attempted`. */
  ended(outcome: string): void;
};

/**
 * Traces of intake requests and of the deliveries of their events. No function throws. Where it is null, nothing is traced,
 * and no work is done for it.
 */
export type Tracing = {
  /** Begins the trace of an intake request; null: it is not sampled, and continues no other trace. */
  request(headers: IncomingHttpHeaders, about: TracedRequest): RequestTrace | null;
  /** Begins an attempt; null: no event of it is traced. */
  attempt(about: TracedAttempt): AttemptTrace | null;
  /** The outcome of the latest attempt was recorded. */
  settled(delivery: { eventId: string | null; destinationId: string }, status: string): void;
};

export type TracedRequest = {
  method: string;
  /** The path with the key of the collector left out. */
  route: string;
  requestId: string;
  collectorId: string;
  events: number;
};
