import { Code } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en/parts.ts';
import { CopyIcon } from '../copy-button.tsx';

/** The id of a thing, to paste elsewhere. */
export function IdWithCopy({ id }: { id: string }): ReactNode {
  return (
    <span>
      <Code>{id}</Code>
      <CopyIcon text={id} label={parts.copyId} />
    </span>
  );
}
