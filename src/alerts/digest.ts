import type { AlertNotice } from '../contract/documents/alert.ts';
import type { OutboxMessage } from '../outbox/outbox.ts';
import { titleOf } from './message-text.ts';

/** The number of issues that a message names while changes are gathered; further ones are only counted. */
const gatheredMax = 1_000;

/**
 * The message with this notice added. Each issue is listed once, with its latest change. An issue that was opened and
 * resolved before the message was sent is left out, except in a summary. Null: the message is empty.
 */
export function withNotice(message: OutboxMessage, notice: AlertNotice): OutboxMessage | null {
  const before = message.notices.find((one) => one.issueId === notice.issueId);
  if (notice.change === 'reminded' && before !== undefined) return message;
  const others = message.notices.filter((one) => one.issueId !== notice.issueId);
  const isOver =
    notice.change === 'resolved' && before !== undefined && isNew(before.change) && message.about !== 'summary';
  if (isOver) return message.total === 1 ? null : titled({ ...message, notices: others, total: message.total - 1 });
  const notified =
    before !== undefined && notice.change === 'worsened' && isNew(before.change) ? before.change : notice.change;
  const total = before === undefined ? message.total + 1 : message.total;
  const notices = others.length < gatheredMax ? [...others, { ...notice, change: notified }] : others;
  return titled({ ...message, notices, total });
}

function isNew(change: AlertNotice['change']): boolean {
  return change === 'opened' || change === 'reopened';
}

function titled(message: OutboxMessage): OutboxMessage {
  return { ...message, title: titleOf(message) };
}
