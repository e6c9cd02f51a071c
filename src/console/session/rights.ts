import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../client/client.ts';
import { covers, type Right } from '../../contract/accounts/rights.ts';
import { apiQuery } from '../data/api.ts';

/** Who is signed in, and with which rights; undefined until the server told. */
export function useMe(): Answer<'getMe'> | undefined {
  return useQuery({ ...apiQuery('getMe'), staleTime: 60_000 }).data;
}

/** Whether whoever is signed in has a right: decides what is shown and what is disabled. The server decides again. */
export function useMay(right: Right): boolean {
  const me = useMe();
  return me !== undefined && covers(new Set(me.rights), right);
}
