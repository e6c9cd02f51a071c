import type { AlertBody } from '../../contract/documents/alert.ts';
import type { Egress, Header } from '../../egress/egress.ts';
import type { OutboxMessage } from '../outbox.ts';

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

/** Statuses that reject this message for good. With any other one a later attempt may succeed. */
const finalStatuses = new Set([400, 405, 411, 413, 414, 415, 422, 431]);

/** Posts JSON once. A 2xx response is a success. */
export async function postJson(
  { url, headers, body }: { url: string; headers: readonly Header[]; body: string },
  { egress, scrub }: SenderHttp,
): Promise<Sent> {
  const outcome = await egress.send({
    method: 'POST',
    url,
    headers: [['content-type', 'application/json'], ...headers],
    body,
    connectTimeoutMs: 5_000,
    timeoutMs: 15_000,
    responseBytesMax: 4_096,
  });
  if (outcome.kind === 'error') return { ok: false, detail: scrub(outcome.error.message), isFinal: false };
  const { status } = outcome;
  const said = scrub(new TextDecoder().decode(outcome.body))
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed();
  const detail = said === '' ? `HTTP ${status}.` : `HTTP ${status}: ${said}`;
  if (status >= 200 && status < 300) return { ok: true, detail };
  return { ok: false, detail, isFinal: finalStatuses.has(status) };
}
