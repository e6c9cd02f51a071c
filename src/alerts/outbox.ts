import type { AlertMessage, AlertNotice } from '../contract/documents/alert.ts';
import type { Notes } from '../notes/notes.ts';

export type OutboxMessage = Pick<
  AlertMessage,
  'id' | 'alertId' | 'about' | 'status' | 'title' | 'total' | 'attempts' | 'detail'
> & {
  notices: readonly AlertNotice[];
  createdAt: number;
  /** When the next attempt is due; of a finished message: when the last one was. */
  dueAt: number;
  firstAttemptAt: number | null;
  finishedAt: number | null;
};

/** The last notice of an issue that an alert reported, and when it sends a reminder. */
export type NotifiedIssue = {
  alertId: string;
  issueId: string;
  notice: AlertNotice;
  isOpen: boolean;
  /** null: never. */
  remindAt: number | null;
  at: number;
};

/** The number of finished messages kept per alert. */
export const finishedMax = 100;

const messages = 'alert_message/';
const reports = 'alert_report/';

/** The note with a message. */
export const messageName = (alertId: string, messageId: string): string => `${messages}${alertId}/${messageId}`;

/** The note with what an alert has reported of an issue. */
export const reportName = (alertId: string, issueId: string): string => `${reports}${alertId}/${issueId}`;

/** What is stored of all alerts: waiting and finished messages by alert and id, and reported issues. */
export async function loadOutbox(notes: Pick<Notes, 'list'>) {
  const read = async <T>(prefix: string) => (await notes.list(prefix)).map(({ text }): T => JSON.parse(text));
  return { messages: await read<OutboxMessage>(messages), notified: await read<NotifiedIssue>(reports) };
}

/** The messages of one alert next to an id, newest first; waiting ones too. */
export async function messagesOf(
  notes: Pick<Notes, 'page'>,
  { alertId, limit, before, after }: { alertId: string; limit: number; before?: string; after?: string },
): Promise<OutboxMessage[]> {
  const cursor = {
    ...(before === undefined ? {} : { before: messageName(alertId, before) }),
    ...(after === undefined ? {} : { after: messageName(alertId, after) }),
  };
  const page = await notes.page(messageName(alertId, ''), { limit, ...cursor });
  return page.map(({ text }): OutboxMessage => JSON.parse(text));
}
