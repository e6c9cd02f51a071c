import type { CallInput } from '../../../client/client.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { connections as words } from '../../messages/en/connections.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { client } from '../../session/session.ts';
import type { Crumb } from '../../shell/page.tsx';
import type { Connection } from './connection.ts';

export const connectionKind = documentKind<Connection, CallInput<'createConnection'>['body']>({
  kind: 'connection',
  one: terms.connection,
  newTitle: terms.newConnection,
  nameOf: ({ name }) => name,
  crumbs: [{ label: shell.pages.connections, to: '/connections' }],
  copyPage: '/connections/new/webhook',
  copyTitle: words.duplicate,
  rights: 'connections',
  deleteText: words.deleteText,
  created: words.details.created,
  all: () => allQuery('listConnections'),
  query: (id) => apiQuery('getConnection', { params: { id } }),
  create: (body) => client().call('createConnection', { body }),
  replace: (id, body, over) => client().call('replaceConnection', { params: { id }, body, ...over }),
});

/** The pages above every page that creates a connection. */
export const newCrumbs: Crumb[] = [...connectionKind.crumbs, { label: terms.newConnection, to: '/connections/new' }];
