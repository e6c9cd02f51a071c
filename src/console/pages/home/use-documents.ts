import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../../client/client.ts';
import { allQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import { useMay } from '../../session/rights.ts';

/** What is configured, as far as whoever is signed in may see it; undefined until it is there. */
export type DocumentsHere = {
  connections: Answer<'listConnections'>['data'] | undefined;
  destinations: Answer<'listAllDestinations'>['data'] | undefined;
  actions: Answer<'listActions'>['data'] | undefined;
  behaviors: Answer<'listBehaviors'>['data'] | undefined;
  collectors: Answer<'listCollectors'>['data'] | undefined;
  error: unknown;
  retry: () => void;
};

export function useDocuments(): DocumentsHere {
  const again = { refetchInterval: watchedMs };
  const connections = useQuery({
    ...allQuery('listConnections'),
    ...again,
    enabled: useMay('connections:view'),
  });
  const destinations = useQuery({
    ...allQuery('listAllDestinations'),
    ...again,
    enabled: useMay('connections:view'),
  });
  const actions = useQuery({ ...allQuery('listActions'), ...again, enabled: useMay('actions:view') });
  const behaviors = useQuery({ ...allQuery('listBehaviors'), ...again, enabled: useMay('behaviors:view') });
  const collectors = useQuery({
    ...allQuery('listCollectors'),
    ...again,
    enabled: useMay('collectors:view'),
  });
  const all = [connections, destinations, actions, behaviors, collectors];
  return {
    connections: connections.data,
    destinations: destinations.data,
    actions: actions.data,
    behaviors: behaviors.data,
    collectors: collectors.data,
    error: all.find(({ data, error }) => error !== null && data === undefined)?.error ?? null,
    retry() {
      for (const one of all) if (one.error !== null) void one.refetch();
    },
  };
}
