import { useQuery } from '@tanstack/react-query';
import { allQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import { useMay, useMe } from '../../session/rights.ts';

/** The configuration that this user is allowed to see, and the rest undefined. */
export type DocumentsHere = ReturnType<typeof useDocuments>;

const again = { refetchInterval: watchedMs };

export function useDocuments() {
  const isKnown = useMe() !== undefined;
  const connections = useQuery({ ...allQuery('listConnections'), ...again, enabled: useMay('connections:view') });
  const destinations = useQuery({ ...allQuery('listAllDestinations'), ...again, enabled: useMay('connections:view') });
  const actions = useQuery({ ...allQuery('listActions'), ...again, enabled: useMay('actions:view') });
  const behaviors = useQuery({ ...allQuery('listBehaviors'), ...again, enabled: useMay('behaviors:view') });
  const collectors = useQuery({ ...allQuery('listCollectors'), ...again, enabled: useMay('collectors:view') });
  const all = [connections, destinations, actions, behaviors, collectors];
  return {
    connections: connections.data,
    destinations: destinations.data,
    actions: actions.data,
    behaviors: behaviors.data,
    collectors: collectors.data,
    /** Whether this user may see no kind of them. */
    isHidden: isKnown && !all.some(({ isEnabled }) => isEnabled),
    isLoading: !isKnown || all.some(({ isLoading }) => isLoading),
    error: all.find(({ data, error }) => error !== null && data === undefined)?.error ?? null,
    retry() {
      for (const one of all) if (one.error !== null) void one.refetch();
    },
  };
}
