import { useQuery } from '@tanstack/react-query';
import type { RouteResponse } from '../../client/client.ts';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { apiQuery } from '../data/api.ts';

/** The user with their rights; undefined until the server has responded. */
export function useMe(): RouteResponse<'getMe'> | undefined {
  return useQuery({ ...apiQuery('getMe'), staleTime: 60_000 }).data;
}

/** Whether the user has a right, to show or disable controls. The server checks rights again. */
export function useMay(right: Right): boolean {
  const me = useMe();
  return me !== undefined && covers(new Set(me.rights), right);
}
