import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useAllQuery } from '../../data/data.ts';
import { users as words } from '../../messages/en.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { useMe } from '../../session/rights.ts';
import type { User } from './user.ts';

/** Asks with the number of tokens that stop working, and deletes. */
export function DeleteUser(props: DialogProps<User>): ReactNode {
  const { document: user } = props;
  const isYou = useMe()?.user?.id === user?.id;
  const tokens = useAllQuery('listTokens', { query: { userId: user?.id ?? '' } }, { enabled: user !== null });
  return (
    <DeleteDialog {...props} kind="user" name={user?.email ?? ''} isBusy={tokens.isLoading}>
      <Stack gap="sm">
        <Text>{words.deleteText(tokens.data?.length ?? null)}</Text>
        {isYou ? <Text fw={550}>{words.deleteYou}</Text> : null}
      </Stack>
    </DeleteDialog>
  );
}
