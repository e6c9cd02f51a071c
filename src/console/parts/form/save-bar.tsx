import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { Note } from '../parts.ts';
import css from './form.module.css';

/** The buttons of a form, always in reach at its lower edge; says when something is not saved yet. */
export function SaveBar({ isDirty, children }: { isDirty: boolean; children: ReactNode }): ReactNode {
  return (
    <Group className={css['bar'] ?? ''} justify="space-between" gap="xs">
      <Group gap="xs">{children}</Group>
      <Note role="status">{isDirty ? parts.unsaved : ''}</Note>
    </Group>
  );
}
