import type { AlertMessage, AlertNotice } from '../contract/documents/alert.ts';

/**
 * PORT. The messages of alerts, from their creation until retention removes them, and what each alert has reported of
 * each issue. Unfinished messages are few, and their sender keeps them in memory. Times are ms since the epoch.
 */
export interface Outbox {
  /** The state to continue with after a start. */
  load(): Promise<{ waiting: OutboxMessage[]; notified: NotifiedIssue[]; ends: AlertEnd[] }>;
  /** Makes the changes in their order, all or none, durably. */
  save(changes: readonly OutboxChange[]): Promise<void>;
  /** The messages of one alert next to an id, newest first; unfinished ones too. */
  messages(query: { alertId: string; limit: number; before?: string; after?: string }): Promise<OutboxMessage[]>;
}

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

/** The last sent and the last failed message of an alert, without tests. */
export type AlertEnd = {
  alertId: string;
  lastSentAt: number | null;
  lastFailure: { at: number; detail: string } | null;
};

export type OutboxChange =
  /** Inserts or replaces a message. */
  | { op: 'put'; message: OutboxMessage }
  /** Removes a message; an unknown id is skipped. */
  | { op: 'drop'; alertId: string; messageId: string }
  /** Inserts or replaces what an alert has reported of an issue. */
  | { op: 'note'; issue: NotifiedIssue }
  | { op: 'forget'; alertId: string; issueId: string }
  /** Removes all records of an alert that was removed. */
  | { op: 'close'; alertId: string };

/** The number of finished messages kept per alert. */
export const finishedMax = 100;
