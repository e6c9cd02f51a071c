import { List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { allQuery } from '../../data/api.ts';
import { roles as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { addressOf, TextLink } from '../../parts/parts.ts';
import type { Role } from './role.ts';

/** Asks and deletes. While users have the role, their names are listed instead. */
export function DeleteRole(props: DialogProps<Role>): ReactNode {
  const { document: role } = props;
  const { data: users = [], isLoading } = useQuery({
    ...allQuery('listUsers', { query: { roleId: role?.id ?? '' } }),
    enabled: role !== null,
  });
  const inUse =
    users.length === 0 ? null : (
      <>
        <Text>{words.inUse(users.length)}</Text>
        <List mt="xs">
          {users.map(({ id, email }) => (
            <List.Item key={id}>
              <TextLink to={addressOf('user', { id })}>{email}</TextLink>
            </List.Item>
          ))}
        </List>
      </>
    );
  return (
    <DeleteDialog {...props} kind="role" name={role?.name ?? ''} isBusy={isLoading} blockedBy={inUse}>
      {words.deleteText}
    </DeleteDialog>
  );
}
