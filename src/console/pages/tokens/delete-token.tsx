import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShownToken } from '../../../contract/accounts/token.ts';
import { terms } from '../../messages/en/terms.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { Time } from '../../parts/time.tsx';

/** Asks with the last use, and deletes: programs that use the token are rejected from then on. */
export function DeleteToken({ isOwn, ...props }: DialogProps<ShownToken> & { isOwn: boolean }): ReactNode {
  const { document: token } = props;
  return (
    <DeleteDialog {...props} kind={isOwn ? 'ownToken' : 'token'} name={token?.name ?? ''}>
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        <Text>
          {words.lastUsed} {token?.lastUsedAt == null ? terms.never : <Time at={token.lastUsedAt} />}
        </Text>
      </Stack>
    </DeleteDialog>
  );
}
