import type { CallInput } from '../../../client/client.ts';
import type { Alert } from '../../../contract/documents/alert.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { client } from '../../session/session.ts';
import { settingsCrumb } from '../../shell/page.tsx';

export const alertKind = documentKind<Alert, NonNullable<CallInput<'createAlert'>['body']>>({
  kind: 'alert',
  one: words.one,
  newTitle: words.create,
  nameOf: ({ name }) => name,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/alerts' }],
  rights: 'settings',
  deleteText: words.deleteText,
  created: words.created,
  all: () => allQuery('listAlerts'),
  query: (id) => apiQuery('getAlert', { params: { id } }),
  create: (body) => client().call('createAlert', { body }),
  replace: (id, body, over) => client().call('replaceAlert', { params: { id }, body, ...over }),
});
