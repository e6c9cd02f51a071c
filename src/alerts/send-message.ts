import type { AlertBody } from '../contract/documents/alert.ts';
import { UnresolvedSecret } from '../contract/secret.ts';
import type { OutboxMessage } from '../outbox/outbox.ts';
import { sendEmail } from './senders/email.ts';
import type { SenderHttp, Sent } from './senders/sender.ts';
import { sendSlack } from './senders/slack.ts';
import { sendWebhook } from './senders/webhook.ts';

/**
 * Sends a message of an alert with one attempt, within 30 s. Every failure is a returned value; the promise never
 * rejects.
 */
export async function sendMessage(
  { id, body }: { id: string; body: AlertBody },
  message: OutboxMessage,
  http: SenderHttp,
): Promise<Sent> {
  try {
    switch (body.type) {
      case 'webhook':
        return await sendWebhook({ id, body }, message, http);
      case 'slack':
        return await sendSlack({ id, body }, message, http);
      case 'email':
        return await sendEmail({ id, body }, message, http);
    }
  } catch (error) {
    if (error instanceof UnresolvedSecret) return { ok: false, detail: error.message, isFinal: false };
    throw error;
  }
}
