import type { Clock } from '../async/clock.ts';
import type { AlertBody, AlertHealth } from '../contract/documents/alert.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import type { Notes } from '../notes/notes.ts';
import type { Configuration, Document } from '../pipeline/snapshot/snapshot.ts';
import { createDigests, type DigestParts, type NotifierTiming } from './digest.ts';
import { healthOf, type MessageQueue, type MessageQueues, openMessageQueues } from './message-queue.ts';
import { messagesOf, type OutboxMessage } from './outbox.ts';
import { quietUntil } from './quiet-hours.ts';
import { createMessageSender, disabledDetail, type SenderParts } from './send-message.ts';
import type { Sent } from './senders/sender.ts';

export type { NotifierTiming } from './digest.ts';

export type AlertOptions = Omit<SenderParts, 'queues' | 'alerts' | 'apartMs' | 'ended'> &
  Pick<DigestParts, 'newId' | 'isOpen'> & {
    notes: Pick<Notes, 'list' | 'page' | 'save'>;
    configuration: Configuration;
    timing?: NotifierTiming;
  };

export type Notifier = Awaited<ReturnType<typeof startAlerts>>;

const usual: NotifierTiming = { gatherMs: 5_000, apartMs: 60_000 };
const stopMs = 5_000;
const lookEveryMs = 60_000;

/**
 * Notifies people of issues. A notice is added to a message of each alert whose rules select it: about `changes`,
 * about issues that are still open (`reminder`), or, during quiet hours, to a `summary`. A message is on disk before
 * the first attempt and does not change after it. Failed attempts are retried at growing intervals for a day. A crash
 * between sending and recording it sends the message twice, with the same id. The messages of an alert are sent one
 * at a time.
 */
export async function startAlerts(options: AlertOptions) {
  const { configuration, clock, telemetry, timing = usual } = options;
  const queues = await openMessageQueues(options.notes);
  const alerts = () => configuration.snapshot.documents.alert;
  const digests = createDigests({ ...options, queues, alerts, timing });
  const sender = createMessageSender({ ...options, queues, alerts, apartMs: timing.apartMs, ended: schedule });
  let cancelTimer = () => {};
  let isStopping = false;

  for (const [alertId] of [...queues.all()]) if (!alerts().has(alertId)) queues.close(alertId);
  const unwatch = configuration.watch((_, changes) => {
    const ours = changes.filter(({ document }) => document.kind === 'alert');
    if (ours.length === 0) return;
    for (const { op, document } of ours) {
      if (op === 'delete') queues.close(document.id);
      else changed(document.id);
    }
    save('save the messages of changed alerts');
  });

  /** The change may have fixed the alert, so its messages are tried at once. */
  function changed(alertId: string) {
    const queue = queues.of(alertId);
    const body = alerts().get(alertId)?.body;
    const now = clock.now();
    queue.blockedUntil = 0;
    for (const message of [...queue.waiting]) {
      if (message.id === queue.sending?.id) continue;
      if (body?.status !== 'enabled') queues.end(message, 'failed', disabledDetail, now);
      else if (message.attempts > 0) queues.put({ ...message, dueAt: now });
      else if (message.about === 'summary')
        queues.put({ ...message, dueAt: body.quietHours === null ? now : (quietUntil(body.quietHours, now) ?? now) });
    }
  }

  function schedule() {
    cancelTimer();
    const at = isStopping ? null : nextStepAt(queues.all());
    // A longer wait is looked at again, since the clock can be set back.
    cancelTimer = at === null ? () => {} : clock.after(Math.min(Math.max(0, at - clock.now()), lookEveryMs), tick);
  }

  function tick() {
    queues.followClock(clock.now());
    digests.remind();
    sender.sendDue();
    save('save reminders of alerts');
  }

  /** Saves changes and schedules the next step. */
  function save(doing: string) {
    queues.saved().catch((error) => telemetry.failed(error, doing));
    schedule();
  }

  save('remove the messages of deleted alerts');
  return {
    /** Resolves when the messages of all alerts for this notice are on disk. A repeated notice is ignored. */
    async take(notice: IssueNotice): Promise<void> {
      queues.followClock(clock.now());
      digests.take(notice);
      schedule();
      await queues.saved();
    },
    /** Removes the text of an erased visitor. */
    erase(text: string): void {
      queues.erase(text);
      save('save the messages of alerts after an erasure');
    },
    /** Messages of one alert before or after an id, newest first. */
    messages: (query: Parameters<typeof messagesOf>[1]) => messagesOf(options.notes, query),
    health: (alertId: string): AlertHealth => healthOf(queues.of(alertId)),
    /** Sends a test message now, with one attempt, whatever the rules select. */
    async test(alert: Document<AlertBody>): Promise<TestedAlert> {
      const tested = await sendTest(alert, { sender, digests, queues, clock });
      schedule();
      return tested;
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      unwatch();
      cancelTimer();
      const late = new Promise<void>((resolve) => clock.after(stopMs, resolve));
      await Promise.race([sender.stop(), late]);
      await queues.saved().catch((error) => telemetry.failed(error, 'save the messages of alerts'));
    },
  };
}

export type TestedAlert = { sent: Sent; message: OutboxMessage; durationMs: number };

async function sendTest(
  alert: Document<AlertBody>,
  {
    sender,
    digests,
    queues,
    clock,
  }: {
    sender: ReturnType<typeof createMessageSender>;
    digests: ReturnType<typeof createDigests>;
    queues: MessageQueues;
    clock: Clock;
  },
): Promise<TestedAlert> {
  const startedAt = clock.now();
  const tested = await sender.test(alert, digests.newMessage(alert.id, 'test', startedAt));
  await queues.saved();
  return { ...tested, durationMs: clock.now() - startedAt };
}

/** A test message of a node that sends no others. */
export async function testAlone(options: AlertOptions, alert: Document<AlertBody>): Promise<TestedAlert> {
  const queues = await openMessageQueues(options.notes);
  const parts = { ...options, queues, alerts: () => options.configuration.snapshot.documents.alert };
  const digests = createDigests({ ...parts, timing: usual });
  const sender = createMessageSender({ ...parts, apartMs: usual.apartMs, ended() {} });
  return sendTest(alert, { sender, digests, queues, clock: options.clock });
}

/** When a reminder or a message is due; null: there is none. */
function nextStepAt(queues: Iterable<readonly [string, MessageQueue]>): number | null {
  let at = Number.POSITIVE_INFINITY;
  for (const [, { notified, sending, waiting, blockedUntil }] of queues) {
    for (const { isOpen, remindAt } of notified.values()) if (isOpen && remindAt !== null) at = Math.min(at, remindAt);
    if (sending !== null) continue;
    for (const { dueAt } of waiting) at = Math.min(at, Math.max(dueAt, blockedUntil));
  }
  return Number.isFinite(at) ? at : null;
}
