import { ActionIcon } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '../../parts/icon.tsx';
import css from './connection-form.module.css';

/** Takes a row out of a list in a form. */
export function RemoveRow(given: { label: string; isDisabled: boolean; onClick: () => void }): ReactNode {
  return (
    <ActionIcon
      className={css['remove'] ?? ''}
      aria-label={given.label}
      disabled={given.isDisabled}
      onClick={given.onClick}
    >
      <Icon name="trash" />
    </ActionIcon>
  );
}
