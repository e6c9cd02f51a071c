import { Button, FileButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../parts.ts';

type Props = { label: string; accept: string; disabled?: boolean; onText: (text: string) => void };

/** A button that lets a person choose a file, and gives its text. */
export function ChooseFile({ label, accept, disabled = false, onText }: Props): ReactNode {
  return (
    <FileButton accept={accept} disabled={disabled} onChange={(file) => void file?.text().then(onText)}>
      {(button) => (
        <Button leftSection={<Icon name="up" />} disabled={disabled} {...button}>
          {label}
        </Button>
      )}
    </FileButton>
  );
}
