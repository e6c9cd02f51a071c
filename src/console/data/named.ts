import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { RouteResponse } from '../../client/client.ts';
import type { Delivery, Reason } from '../../contract/records/delivery.ts';
import { terms } from '../messages/en.ts';
import { useMay } from '../session/rights.ts';
import { allQuery, kept, useAllQuery, useApiQuery, watched } from './api.ts';

type Lists = {
  listActions: RouteResponse<'getAction'>;
  listConnections: RouteResponse<'getConnection'>;
  listAllDestinations: RouteResponse<'getDestination'>;
  listCollectors: RouteResponse<'getCollector'>;
};

/**
 * Everything of a kind by its id, to show names where the API gives ids. Empty without the right to see that kind, and
 * until it is there: show the id then.
 */
export function useNamed<Id extends keyof Lists>(id: Id): ReadonlyMap<string, Lists[Id]> {
  // What the list of this id gives, which the compiler can't see through Id.
  const query = allQuery(id as 'listActions') as unknown as Parameters<typeof useQuery<Lists[Id][]>>[0];
  return useQuery({ ...query, select: byId }).data ?? none;
}

const byId = <Item extends { id: string }>(all: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(all.map((one) => [one.id, one]));

const none: ReadonlyMap<string, never> = new Map<string, never>();

/** The choices of a field, by name. */
const optionsOf = <Item>(all: ReadonlyMap<string, Item>, labelOf: (one: Item) => string) =>
  Array.from(all, ([value, one]) => ({ value, label: labelOf(one) })).sort((a, b) =>
    a.label.localeCompare(b.label, undefined, { numeric: true }),
  );

export type Names = ReturnType<typeof useNames>;

/**
 * What ids name; a destination with its connection: `CRM › Orders`. What is not there is said to be deleted or, without the
 * right to see its kind, hidden.
 */
export function useNames() {
  const mayView = useMay('connections:view');
  const maySeeActions = useMay('actions:view');
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  /** Without the right to see them, connections and destinations are not loaded. */
  const isLoading = mayView && (connections === none || destinations === none);
  return useMemo(() => {
    const nameIn = (all: ReadonlyMap<string, { name: string }>, kind: keyof typeof terms.gone, may: boolean) => {
      const unknown = !may ? terms.hidden[kind] : all === none ? '…' : terms.gone[kind];
      return (id: string) => all.get(id)?.name ?? unknown;
    };
    const action = nameIn(actions, 'action', maySeeActions);
    const connection = nameIn(connections, 'connection', mayView);
    const destination = nameIn(destinations, 'destination', mayView);
    const target = (of: { connectionId: string; destinationId: string }) =>
      mayView ? terms.placeOf(connection(of.connectionId), destination(of.destinationId)) : terms.hidden.destination;
    return {
      action,
      connection,
      destination,
      target,
      /** The same for the id of a destination alone. */
      place(destinationId: string) {
        const { connectionId } = destinations.get(destinationId) ?? {};
        if (connectionId !== undefined) return target({ connectionId, destinationId });
        return isLoading ? '…' : mayView ? terms.gone.destination : terms.hidden.destination;
      },
      isLoading,
      actions,
      connections,
      destinations,
      /** For a field that chooses one. */
      actionOptions: optionsOf(actions, ({ name }) => name),
      connectionOptions: optionsOf(connections, ({ name }) => name),
      destinationOptions: optionsOf(destinations, ({ id, connectionId }) =>
        target({ connectionId, destinationId: id }),
      ),
    };
  }, [actions, connections, destinations, isLoading, maySeeActions, mayView]);
}

/**
 * Why the destination of a delivery that failed and is sent again is held now; null: it is not, or one may not see it. The
 * API calls it `held` only from the time of its next attempt on.
 */
export function useHoldOf(deliveries: readonly Delivery[]): (delivery: Delivery) => Reason | null {
  const isAny = deliveries.some(({ status }) => status === 'retrying');
  useAllQuery('listConnections', undefined, { ...watched, enabled: isAny });
  useAllQuery('listAllDestinations', undefined, { ...watched, enabled: isAny });
  const { connections, destinations } = useNames();
  return useCallback(
    ({ status, connectionId, destinationId }) => {
      if (status !== 'retrying') return null;
      const connection = connections.get(connectionId);
      const destination = destinations.get(destinationId);
      if (connection !== undefined && connection.status !== 'enabled') return `connection_${connection.status}`;
      if (destination !== undefined && destination.status !== 'enabled') return `destination_${destination.status}`;
      return destination?.health.reason ?? connection?.health.reason ?? null;
    },
    [connections, destinations],
  );
}

type NamedEvent = RouteResponse<'getEventNames'>['data'][number];

const idsMax = 100;

/** Names and times of events by their ids, for the first 100. Empty without the right to see events. */
export function useEventNames(ids: readonly (string | null)[]): ReadonlyMap<string, NamedEvent> {
  const asked = [...new Set(ids)].filter((id) => id?.startsWith('evt_')).slice(0, idsMax);
  const { data } = useApiQuery(
    'getEventNames',
    { query: { ids: asked.join() } },
    { enabled: asked.length > 0, staleTime: 60_000, ...kept, select: eventsById },
  );
  return data ?? noEvents;
}

const eventsById = ({ data }: { data: readonly NamedEvent[] }): ReadonlyMap<string, NamedEvent> =>
  new Map(data.map((one) => [one.id, one]));

const noEvents: ReadonlyMap<string, never> = new Map<string, never>();
