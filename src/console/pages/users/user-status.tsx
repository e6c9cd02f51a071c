import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { users as words } from '../../messages/en.ts';
import { Note, StatusBadge } from '../../parts/parts.ts';
import type { User } from './user.ts';

/** The status of a user, with a note on how the user signs in where that is not a password. */
export function UserStatus({ user: { status, invited, sso } }: { user: User }): ReactNode {
  const note = sso ? words.sso : invited ? words.invited : null;
  return (
    <Group component="span" gap="0 0.35rem">
      <StatusBadge status={status} />
      {note === null ? null : <Note span>{note}</Note>}
    </Group>
  );
}
