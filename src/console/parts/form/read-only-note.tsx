import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../icon.tsx';

/** Says above a form why it can't be changed. null: it can. */
export function ReadOnlyNote({ because }: { because: string | null }): ReactNode {
  if (because === null) return null;
  return (
    <Alert color="gray" variant="light" icon={<Icon name="lock" />} mb="md">
      {because}
    </Alert>
  );
}
