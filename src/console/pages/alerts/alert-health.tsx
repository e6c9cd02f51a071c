import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { alerts as words } from '../../messages/en.ts';
import { Note, StatusBadge } from '../../parts/parts.ts';

/** How telling goes: well, or since when and why not. */
export function AlertHealth({ health: { state, reason, waiting } }: Pick<Alert, 'health'>): ReactNode {
  return (
    <Stack gap={2}>
      <StatusBadge
        status={state === 'ok' ? 'ok' : 'needs_attention'}
        {...(waiting > 0 ? { note: words.health.waiting(waiting) } : {})}
      />
      {reason === null ? null : <Note>{reason}</Note>}
    </Stack>
  );
}
