import type { AlertBody } from '../../contract/documents/alert.ts';
import type { Egress } from '../../egress/egress.ts';
import type { OutboxMessage } from '../../outbox/outbox.ts';

/** The network access and context of a sender. */
export type SenderHttp = {
  egress: Pick<Egress, 'send' | 'connect'>;
  /** The base URL of this server for people; null: unknown. */
  baseUrl: string | null;
  /** ms since the epoch. */
  now: () => number;
  /** Removes live secrets from text that people read. */
  scrub: (text: string) => string;
};

/**
 * The result of one attempt, with a text for people. `isFinal`: the receiver will never accept this message, so
 * another attempt would only delay the next messages.
 */
export type Sent = { ok: true; detail: string } | { ok: false; detail: string; isFinal: boolean };

export type Sender<T extends AlertBody['type']> = (
  alert: { id: string; body: Extract<AlertBody, { type: T }> },
  message: OutboxMessage,
  http: SenderHttp,
) => Promise<Sent>;
