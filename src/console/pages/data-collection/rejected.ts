import { queryOptions } from '@tanstack/react-query';
import type { Answer, ClientError } from '../../../client/client.ts';
import { watchedMs } from '../../data/refresh.ts';
import { client } from '../../session/session.ts';

export type RejectedRequest = Answer<'listRejectedRequests'>['data'][number];

/** The rejected intake requests of one collector or of all, for `useQuery`. */
export function rejectedQuery(collectorId?: string) {
  return queryOptions<RejectedRequest[], ClientError>({
    queryKey: ['listRejectedRequests', 'all', collectorId ?? null],
    queryFn: () => Array.fromAsync(client().list('listRejectedRequests', { query: { collectorId } })),
    refetchInterval: watchedMs,
  });
}
