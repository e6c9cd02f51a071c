import type { Clock } from '../async/clock.ts';
import type { AlertBody } from '../contract/documents/alert.ts';
import { UnresolvedSecret } from '../contract/secret.ts';
import type { Egress } from '../egress/egress.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type AllowList, checkAlert } from './check-alert.ts';
import type { MessageQueue, MessageQueues } from './message-queue.ts';
import type { OutboxMessage } from './outbox.ts';
import { sendEmail } from './senders/email.ts';
import type { SenderHttp, Sent } from './senders/sender.ts';
import { sendSlack } from './senders/slack.ts';
import { sendWebhook } from './senders/webhook.ts';

export type SenderParts = AllowList & {
  queues: MessageQueues;
  /** The present alerts, by id. */
  alerts(): ReadonlyMap<string, Document<AlertBody>>;
  egress: Egress;
  clock: Clock;
  telemetry: Pick<Telemetry, 'alertTried' | 'failed'>;
  /** The base URL of this server for people; null: not known yet. */
  baseUrl(): string | null;
  scrub(text: string): string;
  /** The minimum time between two messages of an alert. */
  apartMs: number;
  /** Whether no other node can have begun to send. Asked when a message is sent. */
  mayAct(): boolean;
  /** Called after each attempt. */
  ended(): void;
};

const minuteMs = 60_000;
/** Delays before the second, third, … attempt to send a message; the last one repeats until `givenUpMs`. */
const waitsMs = [10_000, minuteMs, 5 * minuteMs, 15 * minuteMs, 30 * minuteMs, 60 * minuteMs];
/** How long a node waits that does not know whether another one sends. */
const unsureMs = 1_000;
/** A message that could not be sent within this time is dropped. */
const givenUpMs = 24 * 60 * minuteMs;

export const disabledDetail = 'The alert was disabled before this could be sent.';

/** Sends the messages of the queues. A failed attempt is repeated at growing intervals for a day. */
export function createMessageSender(parts: SenderParts) {
  const { queues, alerts, clock, telemetry } = parts;
  let isStopping = false;

  async function send(queue: MessageQueue, message: OutboxMessage): Promise<void> {
    try {
      await attempt(queue, message);
      await queues.saved();
    } catch (error) {
      queue.blockedUntil = clock.now() + waitAfter(1);
      telemetry.failed(error, 'send an alert');
    } finally {
      queue.sending = null;
      parts.ended();
    }
  }

  async function attempt(queue: MessageQueue, waiting: OutboxMessage): Promise<void> {
    const firstAttemptAt = waiting.firstAttemptAt ?? clock.now();
    const message = { ...waiting, attempts: waiting.attempts + 1, firstAttemptAt };
    queues.put(message);
    // The message must not change from here on: a receiver may have it already when this process dies.
    await queues.saved();
    const alert = alerts().get(message.alertId);
    if (isStopping || alert === undefined) return;
    if (!parts.mayAct()) {
      queue.blockedUntil = clock.now() + unsureMs;
      return;
    }
    if (alert.body.status !== 'enabled') return void queues.end(message, 'failed', disabledDetail, clock.now());
    const sent = await trySending(alert, message);
    // The alert was deleted or disabled during the attempt: there is nothing to record.
    if (!queue.waiting.some((one) => one.id === message.id)) return;
    const now = clock.now();
    if (sent.ok) {
      Object.assign(queue, { lastSentAt: now, failure: null, blockedUntil: 0, freeAt: now + parts.apartMs });
      queues.end(message, 'sent', sent.detail, now);
      return;
    }
    queue.failure = { since: queue.failure?.since ?? now, detail: sent.detail };
    const dueAt = now + waitAfter(message.attempts);
    queue.blockedUntil = sent.isFinal ? 0 : dueAt;
    if (sent.isFinal || now - firstAttemptAt >= givenUpMs) queues.end(message, 'failed', sent.detail, now);
    else queues.put({ ...message, dueAt, detail: sent.detail });
  }

  async function trySending(alert: Document<AlertBody>, message: OutboxMessage): Promise<Sent> {
    const { egress, scrub, baseUrl } = parts;
    // The operator's allow-list may have changed since the alert was saved.
    const [problem] = checkAlert(alert.body, parts);
    const sent: Sent =
      problem === undefined
        ? await sendMessage(alert, message, { egress, scrub, baseUrl: baseUrl(), now: clock.now })
        : { ok: false, detail: problem.detail, isFinal: false };
    const { id: messageId, about, attempts: number } = message;
    telemetry.alertTried({ alertId: alert.id, messageId, about, number, ...sent });
    return sent;
  }

  return {
    /** Begins to send the messages that are due, one at a time for each alert. */
    sendDue(): void {
      const now = clock.now();
      for (const [, queue] of queues.all()) {
        const due =
          queue.sending === null && queue.blockedUntil <= now && queue.waiting.find((one) => one.dueAt <= now);
        if (due) queue.sending = { id: due.id, ended: send(queue, due) };
      }
    },
    /** Sends a test message with one attempt. A success ends the backoff of the alert. */
    async test(alert: Document<AlertBody>, waiting: OutboxMessage) {
      const message = { ...waiting, attempts: 1, firstAttemptAt: waiting.createdAt };
      const sent = await trySending(alert, message);
      const now = clock.now();
      if (sent.ok) Object.assign(queues.of(alert.id), { lastSentAt: now, failure: null, blockedUntil: 0 });
      return { sent, message: queues.end(message, sent.ok ? 'sent' : 'failed', sent.detail, now) };
    },
    /** Resolves when no message is being sent. Unfinished messages stay queued, to be sent with the same id. */
    async stop(): Promise<void> {
      isStopping = true;
      await Promise.all(Array.from(queues.all(), ([, { sending }]) => sending?.ended));
    },
  };
}

/** The delay after this many attempts, in ms. */
function waitAfter(attempts: number): number {
  return waitsMs[Math.min(attempts, waitsMs.length) - 1] ?? minuteMs;
}

/** One attempt, within 30 s. Every failure is a returned value. */
async function sendMessage(
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
