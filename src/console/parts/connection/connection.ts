import type { RouteResponse } from '../../../client/client.ts';
import { shell, terms, connections as words } from '../../messages/en.ts';
import type { Crumb } from '../../shell/page.tsx';
import { documentKind } from '../document/document-kind.ts';
import { useStatusChange } from '../document/use-status-change.ts';
import type { Destination } from './usage.ts';

export type Connection = RouteResponse<'getConnection'>;

/** The state of a connection: the status that people chose, or a worse state of its traffic. */
export function stateOf({ status, health }: Pick<Connection, 'status' | 'health'>) {
  if (status !== 'enabled') return status;
  return health.state === 'ok' ? 'active' : health.state;
}

/** The same for a destination. */
export function destinationStateOf({ status, health }: Pick<Destination, 'status' | 'health'>) {
  return status !== 'enabled' || health.state === 'ok' ? status : health.state;
}

export const connectionKind = documentKind('connection', {
  newTitle: terms.newConnection,
  crumbs: [{ label: shell.pages.connections, to: '/connections' }],
  copyPage: '/connections/new/webhook',
  copyTitle: words.duplicate,
  rights: 'connections',
  deleteText: words.deleteText,
  created: words.details.created,
});

/** The pages above every page that creates a connection. */
export const newCrumbs: Crumb[] = [...connectionKind.crumbs, { label: terms.newConnection, to: '/connections/new' }];

/** Pauses and resumes a connection. */
export const useConnectionStatus = () =>
  useStatusChange('changeConnection', ({ name }: Connection) => name, words.changed);

/** Enables, pauses and disables a destination. */
export const useDestinationStatus = () =>
  useStatusChange('changeDestination', ({ name }: Destination) => name, words.destinations.changed);
