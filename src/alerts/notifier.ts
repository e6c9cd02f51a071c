import type { Clock } from '../async/clock.ts';
import type { AlertBody, AlertHealth, AlertNotice } from '../contract/documents/alert.ts';
import type { NewId } from '../contract/ids.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import type { Egress } from '../egress/egress.ts';
import type { Outbox, OutboxMessage } from '../outbox/outbox.ts';
import type { Configuration, Document } from '../pipeline/snapshot/snapshot.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { givenUpMs, waitAfter } from './backoff.ts';
import { type AllowList, checkAlert } from './check-alert.ts';
import { withNotice } from './digest.ts';
import { healthOf, type MessageQueue, openMessageQueues } from './message-queue.ts';
import { titleOf } from './message-text.ts';
import { quietUntil } from './quiet-hours.ts';
import { fits } from './rule-match.ts';
import { sendMessage } from './send-message.ts';
import type { Sent } from './senders/sender.ts';

type AlertOptions = AllowList & {
  outbox: Outbox;
  configuration: Configuration;
  egress: Egress;
  clock: Clock;
  newId: NewId;
  telemetry: Pick<Telemetry, 'alertTried' | 'failed'>;
  /** The base URL of this server for people; null: not known yet. */
  baseUrl(): string | null;
  scrub(text: string): string;
  /** Whether an issue is open, so that reminders are sent: not resolved, acknowledged or muted. */
  isOpen(issueId: string): boolean;
  pace?: NotifierTiming;
};

/** How long changes are gathered into one message, and the minimum time between two messages of an alert. */
export type NotifierTiming = { gatherMs: number; apartMs: number };

export type Notifier = Awaited<ReturnType<typeof startAlerts>>;

const usual: NotifierTiming = { gatherMs: 5_000, apartMs: 60_000 };
/** A resolved issue is remembered this long, so that its notices are not sent twice. */
const forgottenMs = 7 * 86_400_000;
const stopMs = 5_000;
const switchedOff = 'The alert was disabled before this could be sent.';

/**
 * Notifies people of issues. A notice is added to a message of each alert whose rules select it: about `changes`,
 * about issues that are still open (`reminder`), or, during quiet hours, to a `summary`. A message is on disk before
 * the first attempt and does not change after it. Failed attempts are retried at growing intervals for a day. A crash
 * between sending and recording it sends the message twice, with the same id. The messages of an alert are sent one
 * at a time.
 */
export async function startAlerts(options: AlertOptions) {
  const { configuration, clock, telemetry, pace = usual } = options;
  const office = await openMessageQueues(options.outbox);
  const present = () => configuration.snapshot.documents.alert;
  let cancelTimer = () => {};
  let isStopping = false;

  for (const [alertId] of [...office.all()]) if (!present().has(alertId)) office.close(alertId);
  const unwatch = configuration.watch((_, changes) => {
    const ours = changes.filter(({ document }) => document.kind === 'alert');
    if (ours.length === 0) return;
    for (const { op, document } of ours) {
      if (op === 'delete') office.close(document.id);
      else changed(document.id);
    }
    goOn('save the messages of changed alerts');
  });

  /** The change may have fixed the alert, so its messages are tried at once. */
  function changed(alertId: string) {
    const post = office.of(alertId);
    const body = present().get(alertId)?.body;
    const now = clock.now();
    post.blockedUntil = 0;
    for (const message of [...post.waiting]) {
      if (message.id === post.sending?.id) continue;
      if (body?.status !== 'enabled') end(message, 'failed', switchedOff);
      else if (message.attempts > 0) office.put({ ...message, dueAt: now });
      else if (message.about === 'summary')
        office.put({ ...message, dueAt: body.quietHours === null ? now : (quietUntil(body.quietHours, now) ?? now) });
    }
  }

  function gather(alertId: string, body: AlertBody, about: 'changes' | 'reminder', notice: AlertNotice) {
    const post = office.of(alertId);
    const now = clock.now();
    const { quietHours: quiet } = body;
    const isPassing = quiet === null || (quiet.exceptCritical && notice.severity === 'critical');
    const quietEnd = isPassing ? null : quietUntil(quiet, now);
    const queue = quietEnd === null ? about : 'summary';
    const open = post.waiting.find((one) => one.about === queue && one.attempts === 0 && one.id !== post.sending?.id);
    const dueAt = quietEnd ?? Math.max(now + pace.gatherMs, post.freeAt);
    const message = open ?? fresh(alertId, queue, dueAt);
    const merged = withNotice(message, notice);
    if (merged !== null) office.put(merged);
    else if (open !== undefined) office.drop(open);
  }

  function fresh(alertId: string, about: OutboxMessage['about'], dueAt: number): OutboxMessage {
    const message = { id: options.newId('message'), alertId, about, status: 'waiting' as const, notices: [], total: 0 };
    const times = { createdAt: clock.now(), dueAt, firstAttemptAt: null, finishedAt: null };
    return { ...message, ...times, title: titleOf(message), attempts: 0, detail: null };
  }

  function end(message: OutboxMessage, status: 'sent' | 'failed', detail: string) {
    const ended = { ...message, status, detail, finishedAt: clock.now() };
    office.put(ended);
    return ended;
  }

  /** Sends reminders of issues that are still open. */
  function remind(now: number) {
    for (const [alertId, post] of office.all()) {
      const body = present().get(alertId)?.body;
      for (const notified of [...post.notified.values()]) {
        if (!notified.isOpen) {
          if (notified.at < now - forgottenMs) office.withdraw(notified);
          continue;
        }
        if (notified.remindAt === null || notified.remindAt > now) continue;
        const everyMs = body?.rules.remindEveryMs ?? null;
        const isOpen = options.isOpen(notified.issueId);
        if (isOpen && everyMs !== null && body?.status === 'enabled')
          gather(alertId, body, 'reminder', {
            ...notified.notice,
            change: 'reminded',
            at: new Date(now).toISOString(),
          });
        office.tell({ ...notified, isOpen, remindAt: isOpen && everyMs !== null ? now + everyMs : null });
      }
    }
  }

  /** When the next step is due; null: there is none. */
  function nextAt(): number | null {
    let at = Number.POSITIVE_INFINITY;
    for (const [, post] of office.all()) {
      for (const { isOpen, remindAt } of post.notified.values())
        if (isOpen && remindAt !== null) at = Math.min(at, remindAt);
      if (post.sending !== null) continue;
      for (const { dueAt } of post.waiting) at = Math.min(at, Math.max(dueAt, post.blockedUntil));
    }
    return Number.isFinite(at) ? at : null;
  }

  function schedule() {
    cancelTimer();
    const at = isStopping ? null : nextAt();
    cancelTimer = at === null ? () => {} : clock.after(Math.max(0, at - clock.now()), tick);
  }

  function tick() {
    const now = clock.now();
    remind(now);
    for (const [, post] of office.all()) {
      const due = post.sending === null && post.blockedUntil <= now && post.waiting.find((one) => one.dueAt <= now);
      if (due) post.sending = { id: due.id, ended: send(post, due) };
    }
    goOn('save reminders of alerts');
  }

  /** Saves changes and schedules the next step. */
  function goOn(doing: string) {
    office.kept().catch((error) => telemetry.failed(error, doing));
    schedule();
  }

  async function send(post: MessageQueue, message: OutboxMessage): Promise<void> {
    try {
      await attempt(post, message);
      await office.kept();
    } catch (error) {
      post.blockedUntil = clock.now() + waitAfter(1);
      telemetry.failed(error, 'send an alert');
    } finally {
      post.sending = null;
      schedule();
    }
  }

  async function attempt(post: MessageQueue, waiting: OutboxMessage): Promise<void> {
    const { alertId, id } = waiting;
    const now = clock.now();
    const message = { ...waiting, attempts: waiting.attempts + 1, firstAttemptAt: waiting.firstAttemptAt ?? now };
    office.put(message);
    // The message must not change from here on: a receiver may have it already when this process dies.
    await office.kept();
    const alert = present().get(alertId);
    if (isStopping || alert === undefined) return;
    if (alert.body.status !== 'enabled') return void end(message, 'failed', switchedOff);
    const sent = await trySending(alert, message);
    const then = clock.now();
    // The alert was deleted or disabled during the attempt: there is nothing to record.
    if (!post.waiting.some((one) => one.id === id)) return;
    if (sent.ok) {
      Object.assign(post, { lastSentAt: then, failure: null, blockedUntil: 0, freeAt: then + pace.apartMs });
      end(message, 'sent', sent.detail);
    } else {
      post.failure = { since: post.failure?.since ?? then, detail: sent.detail };
      const isOver = sent.isFinal || then - message.firstAttemptAt >= givenUpMs;
      const dueAt = then + waitAfter(message.attempts);
      post.blockedUntil = sent.isFinal ? 0 : dueAt;
      if (isOver) end(message, 'failed', sent.detail);
      else office.put({ ...message, dueAt, detail: sent.detail });
    }
  }

  async function trySending(alert: Document<AlertBody>, message: OutboxMessage): Promise<Sent> {
    const { egress, scrub, baseUrl } = options;
    // The operator's allow-list may have changed since the alert was saved.
    const [problem] = checkAlert(alert.body, options);
    const sent: Sent =
      problem === undefined
        ? await sendMessage(alert, message, { egress, scrub, baseUrl: baseUrl(), now: clock.now })
        : { ok: false, detail: problem.detail, isFinal: false };
    const { id: messageId, about, attempts: number } = message;
    telemetry.alertTried({ alertId: alert.id, messageId, about, number, ...sent });
    return sent;
  }

  goOn('remove the messages of deleted alerts');
  return {
    /** Resolves when the messages of all alerts for this notice are on disk. A repeated notice is ignored. */
    async take(notice: IssueNotice): Promise<void> {
      const now = clock.now();
      for (const { id: alertId, body } of present().values()) {
        const known = office.of(alertId).notified.get(notice.issueId);
        if (known !== undefined && (known.notice.id === notice.id || known.notice.at > notice.at)) continue;
        const isWanted = fits(body, notice);
        if (!isWanted && known === undefined) continue;
        if (isWanted) gather(alertId, body, 'changes', notice);
        const isOpen = notice.change !== 'resolved';
        const everyMs = body.rules.remindEveryMs;
        const remindAt = isOpen && everyMs !== null ? now + everyMs : null;
        office.tell({ alertId, issueId: notice.issueId, notice, isOpen, remindAt, at: now });
      }
      schedule();
      await office.kept();
    },
    health: (alertId: string): AlertHealth => healthOf(office.of(alertId)),
    /** Messages of one alert before or after an id, newest first. */
    messages: options.outbox.messages,
    /** Sends a test message now, with one attempt, whatever the rules select. */
    async test(alert: Document<AlertBody>) {
      const startedAt = clock.now();
      const message = { ...fresh(alert.id, 'test', startedAt), attempts: 1, firstAttemptAt: startedAt };
      const sent = await trySending(alert, message);
      const post = office.of(alert.id);
      // A successful test ends the backoff.
      if (sent.ok) Object.assign(post, { lastSentAt: clock.now(), failure: null, blockedUntil: 0 });
      const ended = end(message, sent.ok ? 'sent' : 'failed', sent.detail);
      schedule();
      await office.kept();
      return { sent, message: ended, durationMs: clock.now() - startedAt };
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      unwatch();
      cancelTimer();
      const sending = Array.from(office.all(), ([, post]) => post.sending?.ended);
      const late = new Promise<void>((resolve) => clock.after(stopMs, resolve));
      // Unfinished messages stay in the queue and are sent again with the same id.
      await Promise.race([Promise.all(sending), late]);
      await office.kept().catch((error) => telemetry.failed(error, 'save the messages of alerts'));
    },
  };
}
