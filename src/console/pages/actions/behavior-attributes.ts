import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import type { RouteResponse } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { behaviorsIn } from '../../../contract/documents/condition-parts.ts';
import { apiQuery } from '../../data/data.ts';

/** The attributes of the behaviors in rules: what is worth sending with events that match them. */
export function useAttributes(rules: Condition): readonly string[] {
  const ids = behaviorsIn(rules).filter((id) => id !== '');
  return useQueries({
    queries: ids.map((id) => ({ ...apiQuery('getBehavior', { params: { id } }), staleTime: 30_000 })),
    combine: attributesOf,
  });
}

const attributesOf = (behaviors: UseQueryResult<RouteResponse<'getBehavior'>>[]) => [
  ...new Set(behaviors.flatMap(({ data }) => data?.attributes ?? [])),
];
