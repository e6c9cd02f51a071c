import { sharedReading } from '../async/shared-reading.ts';
import type { AlertBody, AlertHealth } from '../contract/documents/alert.ts';
import type { NoteLease, Notes } from '../notes/notes.ts';
import type { Document } from '../pipeline/snapshot/snapshot.ts';
import { healthOf, openMessageQueues } from './message-queue.ts';
import { type AlertOptions, type Notifier, startAlerts, type TestedAlert, testAlone } from './notifier.ts';
import { messagesOf } from './outbox.ts';

/** How old the health of alerts may be at a node that does not send them. */
const freshMs = 500;

/**
 * The alerts of nodes that share a database. One of them sends (`begin`), under a lease: a message that it records after
 * another node has taken over is refused. The others read what is stored. Any node sends test messages.
 */
export function sharedAlerts(
  options: Omit<AlertOptions, 'notes'> & {
    notes: Pick<Notes, 'list' | 'page' | 'save' | 'saveUnder'>;
    /** Sends notices of issues here; null: to no one. */
    sendNotices(take: Notifier['take'] | null): void;
  },
) {
  const { notes, clock, sendNotices } = options;
  let sending: Notifier | null = null;
  const readQueues = sharedReading(clock, () => openMessageQueues(notes), { freshMs });

  return {
    /** This node sends, until the result is disposed. */
    async begin(lease: NoteLease): Promise<AsyncDisposable> {
      const notifier = await startAlerts({ ...options, notes: { ...notes, save: saverUnder(notes, lease) } });
      sending = notifier;
      sendNotices(notifier.take);
      return {
        async [Symbol.asyncDispose]() {
          sendNotices(null);
          sending = null;
          await notifier[Symbol.asyncDispose]();
        },
      };
    },
    health: async (alertId: string): Promise<AlertHealth> =>
      sending?.health(alertId) ?? healthOf((await readQueues()).of(alertId)),
    /** Messages of one alert before or after an id, newest first. */
    messages: (query: Parameters<typeof messagesOf>[1]) => messagesOf(notes, query),
    test: (alert: Document<AlertBody>): Promise<TestedAlert> => sending?.test(alert) ?? testAlone(options, alert),
    /** Removes the text of an erased visitor. */
    erase: (text: string): void => sending?.erase(text),
  };
}

export type SharedAlerts = ReturnType<typeof sharedAlerts>;

function saverUnder(notes: Pick<Notes, 'saveUnder'>, lease: NoteLease): Notes['save'] {
  return async (...changes) => {
    if (!(await notes.saveUnder(lease, ...changes))) throw new Error('Another node sends the alerts now.');
  };
}
