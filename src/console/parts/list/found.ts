import { useDebouncedValue } from '@mantine/hooks';
import { kept, useApiQuery, useNames } from '../../data/data.ts';
import { terms } from '../../messages/en.ts';

/** Documents to choose from, which the server searches: those of the kind, or the destinations of one connection. */
export type Searched = {
  kind: 'action' | 'connection' | 'destination' | 'behavior';
  connectionId?: string | undefined;
};

type Option = { value: string; label: string };

const offered = 50;

const routes = {
  action: 'listActions',
  connection: 'listConnections',
  destination: 'listAllDestinations',
  behavior: 'listBehaviors',
} as const;

/** The first documents, by name, that have a text in their name or description. Nothing is asked for until `isOn`. */
export function useFound(searched: Searched | undefined, text: string, isOn: boolean): readonly Option[] {
  const { kind = 'action', connectionId } = searched ?? {};
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
  const found: readonly { id: string; name: string; connectionId?: string }[] = (isOfOne ? own : all).data?.data ?? [];
  return found.map(({ id, name, connectionId: of }) => ({
    value: id,
    label: of === undefined || isOfOne ? name : terms.placeOf(names.connection(of), name),
  }));
}

/** The name of a document that was chosen by its id. */
export function useFoundName(): (searched: Searched, id: string) => string {
  const names = useNames();
  return ({ kind }, id) => (kind === 'destination' ? names.place(id) : (names.of(id)?.name ?? '…'));
}
