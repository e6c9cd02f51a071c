import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../icon.tsx';

/** Above a form that can only be looked at: why. null: it can be changed. */
export function ReadOnlyNote({ because }: { because: string | null }): ReactNode {
  if (because === null) return null;
  return (
    <Alert color="gray" variant="light" icon={<Icon name="lock" />} mb="md">
      {because}
    </Alert>
  );
}
