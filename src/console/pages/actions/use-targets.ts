import { kept, useApiQuery } from '../../data/data.ts';
import type { Connection, Destination } from './action.ts';

/** As many as a plain list of choices has; more are searched. */
const listed = 200;

type Option = { value: string; label: string };

/** The connections to choose from, by name. `isCut`: there are more; `isNone`: there is none. */
export function useConnections(): { options: readonly Option[]; isCut: boolean; isNone: boolean } {
  const { data } = useApiQuery('listConnections', { query: { sort: 'name', limit: listed } });
  const options = (data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return { options, isCut: data?.page.next != null, isNone: data?.data.length === 0 };
}

/** A connection and its destinations, by name; undefined and none until they are known. */
export function useTargets(connectionId: string): {
  connection: Connection | undefined;
  offered: readonly Destination[];
} {
  const of = { params: { id: connectionId } };
  const enabled = connectionId !== '';
  const connection = useApiQuery('getConnection', of, { enabled }).data;
  const query = { sort: 'name' as const, limit: listed };
  const offered = useApiQuery('listDestinations', { ...of, query }, { ...kept, enabled }).data?.data ?? [];
  return { connection, offered: offered.filter((one) => one.connectionId === connectionId) };
}
