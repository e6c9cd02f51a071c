import { connections as words } from '../../messages/en.ts';
import { useStatusChange } from '../../parts/document/use-status-change.ts';
import type { Connection } from './connection.ts';
import type { Destination } from './usage.ts';

/** Pauses and resumes a connection. */
export const useConnectionStatus = () =>
  useStatusChange('changeConnection', ({ name }: Connection) => name, words.changed);

/** Enables, pauses and disables a destination. */
export const useDestinationStatus = () =>
  useStatusChange('changeDestination', ({ name }: Destination) => name, words.destinations.changed);
