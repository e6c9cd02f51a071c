import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { formatNumber, issues as words } from '../../messages/en.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { PlainLink } from '../../parts/parts.ts';

/** How often it occurred, and when in the last 24 hours. */
export function Count({ issue: { count, series } }: { issue: Issue }): ReactNode {
  return (
    <Group gap="xs" justify="inherit" wrap="nowrap" display="inline-flex">
      <Sparkline values={series} tone="bad" sentence={words.seriesSentence(series.reduce((a, b) => a + b, 0))} />
      {formatNumber(count)}
    </Group>
  );
}

/** How many deliveries are held, as a link to them. */
export function Held({ issue: { held, connectionId, destinationId } }: { issue: Issue }): ReactNode {
  if (held === 0) return formatNumber(held);
  const filter = destinationId === null ? { connection: connectionId ?? undefined } : { destination: destinationId };
  return (
    <PlainLink to="/deliveries" search={{ status: 'held', ...filter }}>
      {formatNumber(held)}
    </PlainLink>
  );
}

/** As long as the default schedule of attempts takes. */
const attemptsMs = 2 * 86_400_000;

/** How many failed deliveries of an issue no replay has delivered yet; null: the issue is not about failed deliveries. */
export function useUndelivered({ destinationId, errorKind, firstSeenAt }: Issue): number | null {
  const isAbout = destinationId !== null && errorKind !== null;
  const { data } = useApiQuery(
    'getDeliveryHistogram',
    {
      query: {
        status: 'failed',
        unresolved: 'true',
        destinationId: destinationId ?? undefined,
        errorKind: errorKind ?? undefined,
        // A delivery that failed after all its attempts was created earlier.
        createdAfter: new Date(Date.parse(firstSeenAt) - attemptsMs).toISOString(),
        buckets: '1',
      },
    },
    { ...kept, enabled: isAbout },
  );
  return isAbout ? (data?.totals.failed ?? null) : null;
}
