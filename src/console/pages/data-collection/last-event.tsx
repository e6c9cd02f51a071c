import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import { terms } from '../../messages/en/terms.ts';
import { Time } from '../../parts/time.tsx';

/** When a collector received its last event. */
export function LastEvent({ collectorId }: { collectorId: string }): ReactNode {
  const { data } = useQuery({
    ...apiQuery('listEvents', { query: { collectorId, limit: 1 } }),
    refetchInterval: watchedMs,
  });
  if (data === undefined) return null;
  const [newest] = data.data;
  return newest === undefined ? (
    <Text c="dimmed" size="sm">
      {terms.noneYet}
    </Text>
  ) : (
    <Time at={newest.receivedAt} />
  );
}
