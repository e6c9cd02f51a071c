import { useQuery } from '@tanstack/react-query';
import type { Answer } from '../../../client/client.ts';
import { apiQuery } from '../../data/api.ts';
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

const againMs = 15_000;
/** As many as a list gives at once: what is older is on the page of its kind. */
const query = { limit: 200 };

export function useDocuments(): DocumentsHere {
  const again = { refetchInterval: againMs };
  const connections = useQuery({
    ...apiQuery('listConnections', { query }),
    ...again,
    enabled: useMay('connections:view'),
  });
  const destinations = useQuery({
    ...apiQuery('listAllDestinations', { query }),
    ...again,
    enabled: useMay('connections:view'),
  });
  const actions = useQuery({ ...apiQuery('listActions', { query }), ...again, enabled: useMay('actions:view') });
  const behaviors = useQuery({ ...apiQuery('listBehaviors', { query }), ...again, enabled: useMay('behaviors:view') });
  const collectors = useQuery({
    ...apiQuery('listCollectors', { query }),
    ...again,
    enabled: useMay('collectors:view'),
  });
  const all = [connections, destinations, actions, behaviors, collectors];
  return {
    connections: connections.data?.data,
    destinations: destinations.data?.data,
    actions: actions.data?.data,
    behaviors: behaviors.data?.data,
    collectors: collectors.data?.data,
    error: all.find(({ data, error }) => error !== null && data === undefined)?.error ?? null,
    retry() {
      for (const one of all) if (one.error !== null) void one.refetch();
    },
  };
}
