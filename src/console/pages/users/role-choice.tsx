import { Checkbox, Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { covers, rights } from '../../../contract/accounts/rights.ts';
import { terms } from '../../messages/en/terms.ts';
import { users as words } from '../../messages/en/users.ts';
import { useMe } from '../../session/rights.ts';
import { type Role, useRoles } from './user.ts';

type Props = {
  value: readonly string[];
  /** Roles that the user has already: people who can change users can remove and add them. */
  had: readonly string[];
  error?: ReactNode;
  isDisabled: boolean;
  onChange: (roleIds: readonly string[]) => void;
};

/** All roles to tick; those that the signed-in user can't assign say why. */
export function RoleChoice({ value, had, error, isDisabled, onChange }: Props): ReactNode {
  const roles = useRoles();
  const me = useMe();
  const granted = new Set(me?.rights ?? []);
  function blockedBy(role: Role): string | null {
    if (had.includes(role.id)) return null;
    if (role.fixed && me?.administrator !== true) return words.onlyAdministrators;
    const lacking = role.rights.filter((right) => !covers(granted, right));
    return lacking.length === 0 ? null : words.lacks(lacking.map((right) => rights[right]).join(', '));
  }
  if (roles === undefined) return <Skeleton height={160} />;
  return (
    <Checkbox.Group
      aria-label={terms.roles}
      value={[...value]}
      onChange={(next) => onChange(next.toSorted())}
      error={error}
    >
      <Stack gap="sm" mt={6}>
        {roles.map((role) => {
          const why = blockedBy(role);
          return (
            <Checkbox
              key={role.id}
              value={role.id}
              label={role.name}
              description={why ?? role.description}
              disabled={isDisabled || why !== null}
            />
          );
        })}
      </Stack>
    </Checkbox.Group>
  );
}
