import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { deliveries as words } from '../../messages/en.ts';
import { Note, Problem } from '../../parts/parts.ts';
import { Exchange } from '../../parts/payload/exchange.tsx';

/** What the last attempt of a delivery sent and got, beside the list. */
export function DeliveryPeek({ id }: { id: string }): ReactNode {
  const { data, error, refetch } = useApiQuery('getDelivery', { params: { id } });
  if (data === undefined)
    return error === null ? <Skeleton height={160} /> : <Problem error={error} onRetry={() => void refetch()} />;
  const last = data.attemptLog?.at(-1);
  if (last === undefined) return <Note>{words.page.noAttempts}</Note>;
  return <Exchange request={last.request} response={last.response} error={last.error} timings={last.timings} />;
}
