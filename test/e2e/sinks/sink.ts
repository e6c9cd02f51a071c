import type { DeliveryStatus, ErrorKind, Reason } from '../../../src/contract/records/delivery.ts';
import type { FakeAnswer } from '../../../src/egress/fake/fake-egress.testing.ts';

/** How a delivery stands. `counted`: of each exchange in turn. */
export type Standing = {
  status: DeliveryStatus;
  reason: Reason | null;
  errorKind: ErrorKind | null;
  attempts: number;
  counted: boolean[];
};

/** A system that deliveries go to, in time that stands still. */
export type Sink = {
  what: string;
  /** One after the other; the last one stays. */
  answers: readonly FakeAnswer[];
  /** The same of its token endpoint; a good token by default. */
  tokens?: readonly FakeAnswer[];
  auth?: Record<string, unknown>;
  /** Of the connection and of the destination. */
  settings?: Record<string, unknown>;
  destination?: Record<string, unknown>;
  /** Events that are sent, each when what could be done for the one before is done. How the last one stands is looked at. */
  events?: number;
  /** How long after the last event. */
  afterMs?: number;
  stands: Standing;
  /** When the next attempt is, in ms from the first event; null: not by itself. */
  nextMs: number | null;
};

const finished = { reason: null, errorKind: null };

export const delivered = (attempts = 1, counted = Array<boolean>(attempts).fill(true)): Standing => ({
  ...finished,
  status: 'delivered',
  attempts,
  counted,
});

export const failed = (reason: Reason, errorKind: ErrorKind | null = reason as ErrorKind): Standing => ({
  status: 'failed',
  reason,
  errorKind, // most reasons are kinds of errors too
  attempts: 1,
  counted: [true],
});

export const retries = (
  errorKind: ErrorKind,
  attempts = 1,
  counted = Array<boolean>(attempts).fill(true),
): Standing => ({
  status: 'retrying',
  reason: null,
  errorKind,
  attempts,
  counted,
});

/** It asked for a wait, which costs no attempt. */
export const waits = (errorKind: ErrorKind, exchanges = 1): Standing => ({
  ...retries(errorKind, 0, Array<boolean>(exchanges).fill(false)),
  reason: 'budget',
});

export const held = (reason: Reason, errorKind: ErrorKind | null, attempts: number, counted: boolean[]): Standing => ({
  status: 'held',
  reason,
  errorKind,
  attempts,
  counted,
});

/** Nothing was sent yet. */
export const waitsForBudget: Standing = {
  status: 'pending',
  reason: 'budget',
  errorKind: null,
  attempts: 0,
  counted: [],
};
