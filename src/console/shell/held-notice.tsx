import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { queryClient } from '../data/data.ts';
import { shell } from '../messages/en.ts';
import { ActButton, Icon } from '../parts/parts.ts';
import { useMay } from '../session/rights.ts';

/** Tells that nothing is delivered, and lets a person release all deliveries at once. */
export function HeldNotice(): ReactNode {
  const mayRelease = useMay('settings:manage');
  return (
    <Group role="status" gap="md" px="xl" py="xs" bg="var(--console-warn-ground)" c="var(--console-warn)">
      <Icon name="alert" size={14} />
      {shell.allHeld}
      {mayRelease ? (
        <ActButton
          size="xs"
          route="changeSettings"
          input={{ body: { deliveries: { held: false } } }}
          onDone={() => void queryClient.invalidateQueries()}
        >
          {shell.releaseAll}
        </ActButton>
      ) : null}
    </Group>
  );
}
