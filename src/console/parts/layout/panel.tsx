import { Paper, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { type Tone, toneColor } from '../text/status-badge.tsx';
import css from './panel.module.css';

/** A titled part of a page. */
export function Panel({ title, text, children }: { title: string; text?: string; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className={css['panel']} aria-labelledby={id}>
      <Title order={2} id={id}>
        {title}
      </Title>
      {text === undefined ? null : <Text c="dimmed">{text}</Text>}
      <div className={css['inner']}>{children}</div>
    </section>
  );
}

type AnswerProps = { label: string; tone: Tone; children: ReactNode };

/** What a page says first about its thing: why it is as it is, and what to do. Changes are read out. */
export function Answer({ label, tone, children }: AnswerProps): ReactNode {
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
