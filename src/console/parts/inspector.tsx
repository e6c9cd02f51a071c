import { ActionIcon, Group, Paper, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { terms } from '../messages/en/terms.ts';
import { Icon } from './icon.tsx';
import css from './inspector.module.css';

/** A list, and beside it what one of its rows holds; below it where there is no room. */
export function WithInspector({ list, inspector }: { list: ReactNode; inspector: ReactNode }): ReactNode {
  return (
    <div className={css['columns']} data-open={inspector !== null}>
      {list}
      {inspector}
    </div>
  );
}

type Props = {
  title: string;
  /** What is shown: another one comes into view. */
  shown: string | undefined;
  onClose: () => void;
  children: ReactNode;
};

/** What one row of a list holds. */
export function Inspector({ title, shown, onClose, children }: Props): ReactNode {
  const id = useId();
  const place = useRef<HTMLElement>(null);
  // Below the list, on a small screen, it would open unseen.
  useEffect(() => {
    if (shown !== undefined) place.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  return (
    <Paper component="section" ref={place} withBorder p="lg" radius="md" miw={0} aria-labelledby={id}>
      <Stack gap="sm">
        <Group justify="space-between" align="start" wrap="nowrap">
          <Title order={2} id={id} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          <ActionIcon aria-label={terms.close} onClick={onClose}>
            <Icon name="cross" />
          </ActionIcon>
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
