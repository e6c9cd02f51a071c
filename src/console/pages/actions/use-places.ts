import { useMemo } from 'react';
import { useAllQuery } from '../../data/api.ts';
import { actions, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import type { Connection, Destination } from './action.ts';

/** All connections and destinations by name, and the name of a destination with its connection. */
export type Places = {
  connections: readonly Connection[];
  destinations: readonly Destination[];
  nameOf: (destinationId: string) => string;
  /** Without the right to see them nothing is loaded. */
  isLoading: boolean;
};

export function usePlaces(): Places {
  const mayView = useMay('connections:view');
  const connections = useAllQuery('listConnections');
  const destinations = useAllQuery('listAllDestinations');
  const isLoading = mayView && (connections.data === undefined || destinations.data === undefined);
  return useMemo(() => {
    const byName = <T extends { name: string }>(list: readonly T[] = []) =>
      list.toSorted((a, b) => a.name.localeCompare(b.name));
    const connectionNames = new Map(connections.data?.map(({ id, name }) => [id, name]));
    const names = new Map(
      destinations.data?.map(({ id, name, connectionId }) => [
        id,
        terms.placeOf(connectionNames.get(connectionId) ?? '', name),
      ]),
    );
    return {
      connections: byName(connections.data),
      destinations: byName(destinations.data),
      nameOf: (id) => names.get(id) ?? (isLoading ? '…' : mayView ? actions.gone : id),
      isLoading,
    };
  }, [connections.data, destinations.data, isLoading, mayView]);
}

/** The connection that a destination belongs to. */
export function connectionOf({ destinations }: Places, destinationId: string): string {
  return destinations.find(({ id }) => id === destinationId)?.connectionId ?? '';
}

/** The base URL of the connection that a destination belongs to. */
export function baseUrlOf(places: Places, destinationId: string): string {
  const id = connectionOf(places, destinationId);
  return places.connections.find((one) => one.id === id)?.baseUrl ?? '';
}
