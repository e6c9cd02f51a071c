import type { AlertMessage, AlertNotice } from '../contract/documents/alert.ts';

/**
 * PORT. Messages of alerts, from when they are gathered until they are looked at for the last time, and what each alert has
 * told of each issue. What is not finished is little, and whoever sends it has it in memory. Times are ms since the epoch.
 */
export interface Outbox {
  /** What is to be gone on with. */
  load(): Promise<{ waiting: OutboxMessage[]; notified: NotifiedIssue[]; ends: AlertEnd[] }>;
  /** Writes all of it or nothing, durably. */
  save(change: OutboxChange): Promise<void>;
  /** Messages of one alert beside an id, newest first, nearest to it; waiting ones too. */
  messages(query: { alertId: string; limit: number; before?: string; after?: string }): Promise<OutboxMessage[]>;
}

export type OutboxMessage = Pick<
  AlertMessage,
  'id' | 'alertId' | 'about' | 'status' | 'title' | 'total' | 'attempts' | 'detail'
> & {
  notices: readonly AlertNotice[];
  createdAt: number;
  /** When it is tried next; of a finished one, when it was. */
  dueAt: number;
  firstAttemptAt: number | null;
  finishedAt: number | null;
};

/** What an alert knows of an issue: the last notice that it took, and when it reminds of it. */
export type NotifiedIssue = {
  alertId: string;
  issueId: string;
  notice: AlertNotice;
  isOpen: boolean;
  /** null: never. */
  remindAt: number | null;
  at: number;
};

/** How the last finished messages of an alert ended; tests do not count. */
export type AlertEnd = {
  alertId: string;
  lastSentAt: number | null;
  lastFailure: { at: number; detail: string } | null;
};

export type OutboxChange = {
  messages: readonly OutboxMessage[];
  notified: readonly NotifiedIssue[];
  /** Messages to forget; unknown ids are passed over. */
  dropped: readonly string[];
  /** Issues to forget. */
  unnotified: readonly Pick<NotifiedIssue, 'alertId' | 'issueId'>[];
  /** Alerts that are gone, with all that is theirs. */
  gone: readonly string[];
};

/** So many finished messages of an alert are kept. */
export const finishedMax = 100;
