import type { CallInput } from '../../../client/client.ts';
import { useApiQuery, watched } from '../../data/data.ts';
import { useMay, useMe } from '../../session/rights.ts';

/** The configuration that Home shows, as far as this user is allowed to see it; the rest is undefined. */
export type DocumentsHere = ReturnType<typeof useDocuments>;

const changed = { sort: '-updatedAt', limit: 8 } as const;
const attention = { limit: 20 } as const;

type State = NonNullable<CallInput<'listConnections'>['query']>['state'];

/** What was changed last, and what needs a person: never everything of a kind. */
export function useDocuments() {
  const isKnown = useMe() !== undefined;
  const connectionsHere = { ...watched, enabled: useMay('connections:view') };
  const actionsHere = { ...watched, enabled: useMay('actions:view') };
  const connections = useApiQuery('listConnections', { query: changed }, connectionsHere);
  const destinations = useApiQuery('listAllDestinations', { query: changed }, connectionsHere);
  const actions = useApiQuery('listActions', { query: changed }, actionsHere);
  const behaviors = useApiQuery('listBehaviors', { query: changed }, { ...watched, enabled: useMay('behaviors:view') });
  const collectorsHere = { ...watched, enabled: useMay('collectors:view') };
  const collectors = useApiQuery('listCollectors', { query: changed }, collectorsHere);
  const firstCollector = useApiQuery('listCollectors', { query: { sort: 'createdAt', limit: 1 } }, collectorsHere);
  const inState = (state: State) => ({ query: { state, ...attention } });
  const unwell = useApiQuery('listConnections', inState('needs_attention'), connectionsHere);
  const holding = useApiQuery('listConnections', inState('held'), connectionsHere);
  const expiring = useApiQuery('listConnections', inState('expiring'), connectionsHere);
  const held = useApiQuery('listActions', { query: { holds: 'true', ...attention } }, actionsHere);
  const recent = [connections, destinations, actions, behaviors, collectors];
  const all = [...recent, unwell, holding, expiring, held];
  const byId = new Map([...(unwell.data?.data ?? []), ...(holding.data?.data ?? [])].map((one) => [one.id, one]));
  return {
    /** Of each kind, those that were changed last. */
    changed: {
      connection: connections.data?.data,
      destination: destinations.data?.data,
      action: actions.data?.data,
      behavior: behaviors.data?.data,
      collector: collectors.data?.data,
    },
    firstCollector: firstCollector.data?.data[0],
    /** Connections that are not well or hold deliveries, and those with a secret that ends soon. */
    unwell: [...byId.values()],
    expiring: expiring.data?.data ?? [],
    /** Enabled actions whose deliveries to a destination are held, because it or its connection is not enabled. */
    held: held.data?.data ?? [],
    /** Whether this user may see no kind of them. */
    isHidden: isKnown && !recent.some(({ isEnabled }) => isEnabled),
    isLoading: !isKnown || all.some(({ isLoading }) => isLoading),
    error: all.find(({ data, error }) => error !== null && data === undefined)?.error ?? null,
    retry() {
      for (const one of all) if (one.error !== null) void one.refetch();
    },
  };
}
