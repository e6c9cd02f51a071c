import type { Answer } from '../../../client/client.ts';
import { roles as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { settingsCrumb } from '../../shell/page.tsx';

export type Role = Answer<'getRole'>;

export const roleKind = documentKind('role', {
  newTitle: words.create,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/roles' }],
  rights: 'users',
  created: words.created,
  createdOpens: 'list',
});

/** Why a role can't be deleted; null: it can. */
export const blockedBy = ({ fixed }: Role): string | null => (fixed ? words.fixedText : null);
