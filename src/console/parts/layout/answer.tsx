import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Tone, toneColor } from '../text/status-badge.tsx';

type Props = { label: string; tone: Tone; children: ReactNode };

/** What a page says first about its thing: why it is as it is, and what to do. Changes are read out. */
export function Answer({ label, tone, children }: Props): ReactNode {
  return (
    <Paper
      component="section"
      withBorder
      radius="md"
      px="lg"
      py="sm"
      aria-label={label}
      aria-live="polite"
      style={{ borderInlineStart: `4px solid ${toneColor(tone)}`, overflowWrap: 'anywhere' }}
    >
      {children}
    </Paper>
  );
}
