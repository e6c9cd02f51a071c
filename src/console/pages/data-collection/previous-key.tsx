import { Alert, Code, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { ActButton } from '../../parts/act-button.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { Collector } from './collector.ts';

const words = dataCollection.previousKey;

/** The key before the last rotation while it is valid, when it was last used, and a button to end it. */
export function PreviousKey({ collector }: { collector: Collector }): ReactNode {
  const { id, previousKey, previousUntil, previousUsedAt } = collector;
  const mayManage = useMay('collectors:manage');
  if (previousKey === null || previousUntil === null || Date.parse(previousUntil) <= Date.now()) return null;
  return (
    <Alert title={words.title} mb="md">
      <Group justify="space-between">
        <Text component="div">
          <Code>{previousKey}</Code> {words.until} <Time at={previousUntil} /> ·{' '}
          {previousUsedAt === null ? (
            words.unused
          ) : (
            <>
              {words.used} <Time at={previousUsedAt} />
            </>
          )}
        </Text>
        {mayManage ? (
          <ActButton
            size="xs"
            route="endPreviousKey"
            input={{ params: { id } }}
            done={words.ended}
            confirm={{ title: words.endTitle, children: words.endText }}
          >
            {words.end}
          </ActButton>
        ) : null}
      </Group>
    </Alert>
  );
}
