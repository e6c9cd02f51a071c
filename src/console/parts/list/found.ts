import { useDebouncedValue } from '@mantine/hooks';
import { kept, useApiQuery, useNames } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';

/** Documents to choose from, which the server searches: those of the kind, or the destinations of one connection. */
export type Searched = {
  kind: 'action' | 'connection' | 'destination' | 'behavior';
  connectionId?: string | undefined;
  /** This one is not offered. */
  without?: string | undefined;
};

type Option = { value: string; label: string };

const offered = 50;

const routes = {
  action: 'listActions',
  connection: 'listConnections',
  destination: 'listAllDestinations',
  behavior: 'listBehaviors',
} as const;

/**
 * The first documents, by name, that have a text in their name or description; those of an earlier text until it is settled.
 * Nothing is asked for until `isOn`.
 */
export function useFound(
  searched: Searched | undefined,
  text: string,
  isOn: boolean,
): { found: readonly Option[]; isSettled: boolean } {
  const { kind = 'action', connectionId, without } = searched ?? {};
  const [asked] = useDebouncedValue(text.trim(), 150);
  const names = useNames();
  const query = { q: asked, sort: 'name' as const, limit: offered };
  const isOfOne = kind === 'destination' && connectionId !== undefined;
  const on = isOn && searched !== undefined;
  const all = useApiQuery(routes[kind] as 'listActions', { query }, { ...kept, enabled: on && !isOfOne }); // all are asked in one way
  const own = useApiQuery(
    'listDestinations',
    { params: { id: connectionId ?? '' }, query },
    { ...kept, enabled: on && isOfOne },
  );
  const { data, isPlaceholderData } = isOfOne ? own : all;
  const listed: readonly { id: string; name: string; connectionId?: string }[] = data?.data ?? [];
  const found = listed
    .filter(({ id }) => id !== without)
    .map(({ id, name, connectionId: of }) => ({
      value: id,
      label: of === undefined || isOfOne ? name : terms.placeOf(names.connection(of), name),
    }));
  return { found, isSettled: asked === text.trim() && !isPlaceholderData };
}

/** The name of a document that was chosen by its id. */
export function useFoundName(): (searched: Searched, id: string) => string {
  const names = useNames();
  return ({ kind }, id) => (kind === 'destination' ? names.place(id) : (names.of(id)?.name ?? '…'));
}
