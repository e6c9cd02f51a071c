import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../../client/client.ts';
import { administratorRoleId } from '../../../contract/accounts/role.ts';
import { allQuery } from '../../data/api.ts';
import { users as words } from '../../messages/en/users.ts';
import { useMay, useMe } from '../../session/rights.ts';

export type User = Answer<'getUser'>;
export type Role = Answer<'getRole'>;

/** All roles by name; undefined until they are there. */
export function useRoles(): readonly Role[] | undefined {
  const may = useMay('users:view');
  return useQuery({
    ...allQuery('listRoles'),
    enabled: may,
    staleTime: 60_000,
    select: (roles: readonly Role[]) => roles.toSorted((a, b) => a.name.localeCompare(b.name)),
  }).data;
}

/** Why a user can't be changed by whoever is signed in; null: nothing is in the way. */
export function useProtection(): (user: Pick<User, 'roleIds'>) => string | null {
  const me = useMe();
  const mayManage = useMay('users:manage');
  return ({ roleIds }) => {
    if (!mayManage) return words.readOnly;
    return roleIds.includes(administratorRoleId) && me?.administrator !== true ? words.protected : null;
  };
}
