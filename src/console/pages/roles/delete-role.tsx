import { List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAllQuery } from '../../data/data.ts';
import { terms, roles as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { addressOf, TextLink } from '../../parts/parts.ts';
import type { Role } from './role.ts';

const namedUsers = 10;

/** Asks and deletes. While users have the role, the first of them are listed instead. */
export function DeleteRole(props: DialogProps<Role>): ReactNode {
  const { document: role } = props;
  const { data: users = [], isLoading } = useAllQuery(
    'listUsers',
    { query: { roleId: role?.id ?? '' } },
    { enabled: role !== null },
  );
  const inUse =
    users.length === 0 ? null : (
      <>
        <Text>{words.inUse(users.length)}</Text>
        <List mt="xs">
          {users.slice(0, namedUsers).map(({ id, email }) => (
            <List.Item key={id}>
              <TextLink to={addressOf('user', { id })}>{email}</TextLink>
            </List.Item>
          ))}
          {users.length <= namedUsers ? null : (
            <List.Item>
              <TextLink to="/settings/users" search={{ role: role?.id }}>
                {terms.more(users.length - namedUsers)}
              </TextLink>
            </List.Item>
          )}
        </List>
      </>
    );
  return (
    <DeleteDialog {...props} kind="role" name={role?.name ?? ''} isBusy={isLoading} blockedBy={inUse}>
      {words.deleteText}
    </DeleteDialog>
  );
}
