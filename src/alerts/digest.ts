import type { AlertNotice } from '../contract/documents/alert.ts';
import type { OutboxMessage } from '../outbox/outbox.ts';
import { titleOf } from './message-text.ts';

/** So many issues a message names while it is gathered; what comes beyond is counted. */
const gatheredMax = 1_000;

/**
 * A message that tells of this too. An issue stands in it once, with what happened last: what was opened and is resolved
 * before anybody was told is no news, but for a summary. Null: nothing is left to tell.
 */
export function withNotice(message: OutboxMessage, notice: AlertNotice): OutboxMessage | null {
  const before = message.notices.find((one) => one.issueId === notice.issueId);
  if (notice.change === 'reminded' && before !== undefined) return message;
  const others = message.notices.filter((one) => one.issueId !== notice.issueId);
  const isOver =
    notice.change === 'resolved' && before !== undefined && isNew(before.change) && message.about !== 'summary';
  if (isOver) return message.total === 1 ? null : titled({ ...message, notices: others, total: message.total - 1 });
  const told =
    before !== undefined && notice.change === 'worsened' && isNew(before.change) ? before.change : notice.change;
  const total = before === undefined ? message.total + 1 : message.total;
  const notices = others.length < gatheredMax ? [...others, { ...notice, change: told }] : others;
  return titled({ ...message, notices, total });
}

function isNew(change: AlertNotice['change']): boolean {
  return change === 'opened' || change === 'reopened';
}

function titled(message: OutboxMessage): OutboxMessage {
  return { ...message, title: titleOf(message) };
}
