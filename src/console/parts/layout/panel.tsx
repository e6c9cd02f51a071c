import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
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
