import type { AlertBody } from '../../contract/documents/alert.ts';
import type { Egress } from '../../egress/egress.ts';
import type { OutboxMessage } from '../../outbox/outbox.ts';

/** What a message is sent through. */
export type SendDoor = {
  egress: Pick<Egress, 'send' | 'connect'>;
  /** Where people reach this server; null: not known. */
  baseUrl: string | null;
  /** ms since the epoch. */
  now: () => number;
  /** Takes live secrets out of what people will read. */
  scrub: (text: string) => string;
};

/**
 * What became of one try, with words for people. `isFinal`: the receiver does not take this message, now or later, so that
 * trying again would only keep back the others.
 */
export type Sent = { ok: true; detail: string } | { ok: false; detail: string; isFinal: boolean };

export type Sender<T extends AlertBody['type']> = (
  alert: { id: string; body: Extract<AlertBody, { type: T }> },
  message: OutboxMessage,
  door: SendDoor,
) => Promise<Sent>;
