import { useQuery } from '@tanstack/react-query';
import type { Answer, ClientError } from '../../client/client.ts';
import type { Right } from '../../contract/accounts/rights.ts';
import { useMay } from '../session/rights.ts';
import { client } from '../session/session.ts';

const most = 1_000;

type Lists = {
  listActions: Answer<'getAction'>;
  listConnections: Answer<'getConnection'>;
  listAllDestinations: Answer<'getDestination'>;
  listCollectors: Answer<'getCollector'>;
};

const rightOf: Readonly<Record<keyof Lists, Right>> = {
  listActions: 'actions:view',
  listConnections: 'connections:view',
  listAllDestinations: 'connections:view',
  listCollectors: 'collectors:view',
};

/**
 * Everything of a kind by its id, to show names where the API gives ids. Empty without the right to see that kind, and
 * until it is there: show the id then.
 */
export function useNamed<Id extends keyof Lists>(id: Id): ReadonlyMap<string, Lists[Id]> {
  const may = useMay(rightOf[id]);
  const { data } = useQuery<ReadonlyMap<string, Lists[Id]>, ClientError>({
    queryKey: ['named', id],
    queryFn: async () => {
      const found = new Map<string, Lists[Id]>();
      // What the list of this id gives, which the compiler can't see through Id.
      const all = client().list(id as 'listActions') as AsyncGenerator<unknown> as AsyncGenerator<Lists[Id]>;
      for await (const one of all) {
        found.set(one.id, one);
        if (found.size >= most) break;
      }
      return found;
    },
    enabled: may,
    staleTime: 60_000,
  });
  return data ?? none;
}

const none: ReadonlyMap<string, never> = new Map<string, never>();
