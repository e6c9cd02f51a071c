import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useStats } from '../../data/stats.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';

/** How much came in through a collector lately: what a change of its key or its end would stop. */
export function CameToday({ collectorId }: { collectorId: string }): ReactNode {
  const { data } = useStats('collector', collectorId);
  if (data === undefined) return null;
  const { received } = data.totals;
  return <Text fw={550}>{received === 0 ? words.cameNone : words.cameToday(received)}</Text>;
}
