import { signMessage } from '../../connections/signing.ts';
import type { Header } from '../../egress/egress.ts';
import { linkTo } from '../message-text.ts';
import type { OutboxMessage } from '../outbox.ts';
import { postJson, type Sender } from './sender.ts';

/**
 * Sends a webhook in the format of Standard Webhooks. `webhook-id` is the message's id, the same in every attempt, so
 * that a receiver can recognise repetitions. Without a secret it is not signed.
 */
export const sendWebhook: Sender<'webhook'> = async ({ id, body: alert }, message, http) => {
  const { url, secret, previousSecret, previousUntil } = alert.settings;
  const body = webhookBody({ id, name: alert.name }, message, http.baseUrl);
  const signed = { id: message.id, body, now: http.now() };
  if (secret === null && previousSecret === null) {
    const headers: Header[] = [
      ['webhook-id', signed.id],
      ['webhook-timestamp', String(Math.floor(signed.now / 1_000))],
    ];
    return postJson({ url, headers, body }, http);
  }
  const signature = signMessage({ scheme: 'standard-webhooks', secret, previousSecret, previousUntil }, signed);
  if (!signature.ok) return { ok: false, detail: signature.detail, isFinal: false };
  return postJson({ url, headers: signature.headers, body }, http);
};

/** The JSON body that docs/alerts.md describes. */
function webhookBody(alert: { id: string; name: string }, message: OutboxMessage, baseUrl: string | null): string {
  const { id, about, title, total, notices, createdAt } = message;
  return JSON.stringify({
    type: about === 'test' ? 'alert.test' : about === 'reminder' ? 'issues.open' : 'issues.changed',
    timestamp: new Date(createdAt).toISOString(),
    data: {
      id,
      alert,
      about,
      title,
      total,
      issues: notices.map(({ id: noticeId, issueId, path, ...notice }) => ({
        id: issueId,
        noticeId,
        ...notice,
        url: linkTo(path, baseUrl),
      })),
    },
  });
}
