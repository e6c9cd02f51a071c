import { Button, Group, Tooltip, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import css from './copy-button.module.css';
import { Icon } from './icon.tsx';
import { Note } from './note.tsx';

type Props = { text: string; label?: string; size?: 'xs' | 'sm' };

/** Puts a text on the clipboard and says so; `label` names it where the word Copy is not enough. */
export function CopyButton({ text, label = parts.copy, size = 'xs' }: Props): ReactNode {
  const { copied, copy } = useClipboard({ timeout: 1_500 });
  return (
    <Button size={size} leftSection={<Icon name={copied ? 'check' : 'copy'} size={14} />} onClick={() => copy(text)}>
      <span aria-live="polite">{copied ? parts.copied : label}</span>
    </Button>
  );
}

/** The same as an icon, for lines of a list. */
export function CopyIcon({ text, label }: { text: string; label: string }): ReactNode {
  const { copied, copy } = useClipboard({ timeout: 1_500 });
  return (
    <Tooltip label={copied ? parts.copied : label}>
      <UnstyledButton className={css['icon']} aria-label={copied ? parts.copied : label} onClick={() => copy(text)}>
        <Icon name={copied ? 'check' : 'copy'} size={13} />
      </UnstyledButton>
    </Tooltip>
  );
}

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
