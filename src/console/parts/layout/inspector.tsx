import { ActionIcon, Group, Paper, Stack, Title } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { terms } from '../../messages/en.ts';
import { Icon } from '../text/icon.tsx';
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

/**
 * Closes what is shown beside a list by taking its `name` out of the address. The page stays where it is, and its row gets
 * the focus; below the list, where the page was scrolled away from it, the row comes into view.
 */
export function useCloseInspector(name: 'request' | 'entry' | 'parameter'): () => void {
  const navigate = useNavigate();
  return () => {
    document.querySelector<HTMLElement>('[data-row-link][aria-current="page"]')?.focus({ preventScroll: isBeside() });
    void navigate({
      to: '.',
      search: ((now: object) => ({ ...now, [name]: undefined })) as never, // a member of the address of its page
      replace: true,
      resetScroll: false,
    });
  };
}

const isBeside = () => matchMedia('(min-width: 75rem)').matches;

type Props = {
  title: string;
  /** What is shown: another one comes into view. */
  shown: string | undefined;
  onClose: () => void;
  children: ReactNode;
};

/** What one row of a list holds. Escape closes it. */
export function Inspector({ title, shown, onClose, children }: Props): ReactNode {
  const id = useId();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (shown === undefined) return;
    // Below the list, on a small screen, it would open unseen.
    place.current?.scrollIntoView({ block: isBeside() ? 'nearest' : 'start' });
  }, [shown]);
  useHotkeys([['Escape', () => document.querySelector('[role="dialog"]') === null && onClose()]]);
  return (
    <Paper
      component="section"
      className={css['inspector']}
      ref={place}
      withBorder
      p="lg"
      radius="md"
      aria-labelledby={id}
    >
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
