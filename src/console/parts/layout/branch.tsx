import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';

/** What follows from the thing above it, along a line. */
export function Branch({ role, children }: { role?: 'list' | 'listitem'; children: ReactNode }): ReactNode {
  return (
    <Stack role={role} gap={4} ml={7} pl="sm" style={{ borderInlineStart: '2px solid var(--console-line)' }}>
      {children}
    </Stack>
  );
}
