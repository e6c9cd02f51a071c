import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { CopyIcon } from './copy-button.tsx';
import { Note } from './note.tsx';

/** The id of a thing, to paste elsewhere. */
export function IdWithCopy({ id, label = parts.copyId }: { id: string; label?: string }): ReactNode {
  return (
    <Group gap={4} display="inline-flex" style={{ overflowWrap: 'anywhere' }}>
      <Note span ff="monospace">
        {id}
      </Note>
      <CopyIcon text={id} label={label} />
    </Group>
  );
}
