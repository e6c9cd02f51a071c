import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../client/client.ts';
import type { Right } from '../../contract/accounts/rights.ts';
import { useMay } from '../session/rights.ts';
import { allQuery } from './api.ts';

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
  const enabled = useMay(rightOf[id]);
  // What the list of this id gives, which the compiler can't see through Id.
  const query = allQuery(id as 'listActions') as unknown as Parameters<typeof useQuery<Lists[Id][]>>[0];
  return useQuery({ ...query, enabled, select: byId }).data ?? none;
}

const byId = <Item extends { id: string }>(all: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(all.map((one) => [one.id, one]));

const none: ReadonlyMap<string, never> = new Map<string, never>();
