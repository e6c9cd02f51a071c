import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { RouteResponse } from '../../client/client.ts';
import type { Delivery, Reason } from '../../contract/records/delivery.ts';
import { terms } from '../messages/en.ts';
import { useMay } from '../session/rights.ts';
import { watchSession } from '../session/session.ts';
import { apiQuery, kept, useAllQuery, useApiQuery } from './api.ts';
import { nameStore } from './name-store.ts';
import { onChange, queryClient } from './query-client.ts';

/** All collectors by their ids. Empty without the right to see them, and until they are there: show the id then. */
export function useCollectors(): ReadonlyMap<string, RouteResponse<'getCollector'>> {
  return useAllQuery('listCollectors', undefined, { select: byId }).data ?? none;
}

const byId = <Item extends { id: string }>(all: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(all.map((one) => [one.id, one]));

const none: ReadonlyMap<string, never> = new Map<string, never>();

/** What is known of a document by its id: name, status, and why it is held. */
export type Named = RouteResponse<'getNames'>['data'][number];

const namesMax = 200;

const store = nameStore<Named>({
  load: (ids) =>
    queryClient
      .fetchQuery({ ...apiQuery('getNames', { query: { ids: ids.join() } }), gcTime: 0, staleTime: 0 })
      .then(({ data }) => data),
  idsMax: namesMax,
  now: Date.now,
  freshMs: 30_000,
  later: (run) => void setTimeout(run, 1_000),
});
onChange((isAffected) => {
  if (isAffected('getNames')) store.expire();
});
watchSession(store.clear);

export type Names = ReturnType<typeof useNames>;

/**
 * What ids name; a destination with its connection: `CRM › Orders`. What is not there is said to be deleted or, without the
 * right to see its kind, hidden. All ids that a page shows are asked for together, in one request.
 */
export function useNames() {
  const mayView = useMay('connections:view');
  const maySeeActions = useMay('actions:view');
  const version = useSyncExternalStore(store.subscribe, store.version);
  return useMemo(() => {
    const nameIn = (kind: keyof typeof terms.gone, may: boolean) => (id: string) => {
      if (!may) return terms.hidden[kind];
      const named = store.get(id);
      return named === undefined ? '…' : (named?.name ?? terms.gone[kind]);
    };
    const action = nameIn('action', maySeeActions);
    const connection = nameIn('connection', mayView);
    const destination = nameIn('destination', mayView);
    const target = (of: { connectionId: string; destinationId: string }) =>
      mayView ? terms.placeOf(connection(of.connectionId), destination(of.destinationId)) : terms.hidden.destination;
    return {
      /** Grows with each answer: what was made of the names before is out of date. */
      version,
      action,
      connection,
      destination,
      target,
      /** The same for the id of a destination alone. */
      place(destinationId: string) {
        if (!mayView) return terms.hidden.destination;
        const named = store.get(destinationId);
        if (named === undefined) return '…';
        const connectionId = named?.connectionId ?? null;
        return connectionId === null ? terms.gone.destination : target({ connectionId, destinationId });
      },
      /** All that is known of a document; null: it is deleted, or hidden; undefined: not known yet. */
      of: (id: string) => (id === '' ? null : store.get(id)),
    };
  }, [version, maySeeActions, mayView]);
}

/**
 * Why the destination of a delivery that failed and is sent again is held now; null: it is not, or one may not see it. The
 * API calls it `held` only from the time of its next attempt on.
 */
export function useHoldOf(): (delivery: Delivery) => Reason | null {
  const { of } = useNames();
  return useCallback(
    ({ status, connectionId, destinationId }) => {
      if (status !== 'retrying') return null;
      const [connection, destination] = [of(connectionId), of(destinationId)];
      if (connection?.status != null && connection.status !== 'enabled') return `connection_${connection.status}`;
      if (destination?.status != null && destination.status !== 'enabled') return `destination_${destination.status}`;
      return destination?.reason ?? connection?.reason ?? null;
    },
    [of],
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
