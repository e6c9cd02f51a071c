import { useAllQuery, watched } from '../../data/data.ts';
import { useMay, useMe } from '../../session/rights.ts';

/** The configuration that this user is allowed to see, and the rest undefined. */
export type DocumentsHere = ReturnType<typeof useDocuments>;

export function useDocuments() {
  const isKnown = useMe() !== undefined;
  const connections = useAllQuery('listConnections', undefined, { ...watched, enabled: useMay('connections:view') });
  const destinations = useAllQuery('listAllDestinations', undefined, {
    ...watched,
    enabled: useMay('connections:view'),
  });
  const actions = useAllQuery('listActions', undefined, { ...watched, enabled: useMay('actions:view') });
  const behaviors = useAllQuery('listBehaviors', undefined, { ...watched, enabled: useMay('behaviors:view') });
  const collectors = useAllQuery('listCollectors', undefined, { ...watched, enabled: useMay('collectors:view') });
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
