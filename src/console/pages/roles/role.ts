import type { Answer, CallInput } from '../../../client/client.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { roles as words } from '../../messages/en/roles.ts';
import { terms } from '../../messages/en/terms.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { client } from '../../session/session.ts';
import { settingsCrumb } from '../../shell/page.tsx';

export type Role = Answer<'getRole'>;

export const roleKind = documentKind<Role, NonNullable<CallInput<'createRole'>['body']>>({
  kind: 'role',
  one: terms.role,
  newTitle: words.create,
  nameOf: ({ name }) => name,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/roles' }],
  rights: 'users',
  created: words.created,
  createdOpens: 'list',
  all: () => allQuery('listRoles'),
  query: (id) => apiQuery('getRole', { params: { id } }),
  create: (body) => client().call('createRole', { body }),
  replace: (id, body, over) => client().call('changeRole', { params: { id }, body, ...over }),
});

/** Why a role can't be deleted; null: it can. */
export const blockedBy = ({ fixed }: Role): string | null => (fixed ? words.fixedText : null);
