import type { UseQueryResult } from '@tanstack/react-query';
import type { CallInput, ClientError, RouteResponse } from '../../client/client.ts';
import { kept, useApiQuery, watched } from './api.ts';

export type DeliveryState = RouteResponse<'getState'>;

/** What is held, failed, pending and in flight now, in all or at one connection or destination. `everyMs`: asked again so often. */
export function useDeliveryState(
  of: NonNullable<CallInput<'getState'>['query']> = {},
  everyMs?: number,
): UseQueryResult<DeliveryState, ClientError> {
  const again = everyMs === undefined ? watched : { refetchInterval: everyMs };
  return useApiQuery('getState', { query: of }, { ...kept, ...again });
}
