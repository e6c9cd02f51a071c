import type { RouteResponse } from '../../../client/client.ts';
import { administratorRoleId } from '../../../contract/accounts/rights.ts';
import { useAllQuery } from '../../data/data.ts';
import { terms, users as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { useMay, useMe } from '../../session/rights.ts';
import { settingsCrumb } from '../../shell/page.tsx';

export type User = RouteResponse<'getUser'>;
export type Role = RouteResponse<'getRole'>;

/** A user that was made without a password comes with `inviteUrl`. */
export const userKind = documentKind('user', {
  newTitle: words.create,
  nameOf: ({ email }) => email,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/users' }],
  rights: 'users',
  created: terms.createdNow,
  createdOpens: 'list',
});

/** All roles by name; undefined until they are there. */
export function useRoles(): readonly Role[] | undefined {
  return useAllQuery('listRoles', undefined, {
    staleTime: 60_000,
    select: (roles: readonly Role[]) => roles.toSorted((a, b) => a.name.localeCompare(b.name)),
  }).data;
}

/** Why the signed-in user can't change a user; null: they can. */
export function useProtection(): (user: Pick<User, 'roleIds'>) => string | null {
  const me = useMe();
  const mayManage = useMay('users:manage');
  return ({ roleIds }) => {
    if (!mayManage) return words.readOnly;
    return roleIds.includes(administratorRoleId) && me?.administrator !== true ? words.protected : null;
  };
}
