import type { CallInput } from '../../../client/client.ts';
import { terms, connections as words } from '../../messages/en.ts';
import type { Connection } from '../../parts/connection/connection.ts';
import { options } from '../../parts/form/bind.ts';
import type { Filter } from '../../parts/list/filters.ts';

/** The filters of the list; the server filters. */
export const filters: Filter<Connection, 'status' | 'auth' | 'used'>[] = [
  { key: 'status', label: terms.state, options: options(words.filters.states) },
  { key: 'auth', label: words.columns.auth, options: options(words.details.authTypes) },
  { key: 'used', label: words.filters.use, options: options(words.filters.uses) },
];

type Query = NonNullable<CallInput<'listConnections'>['query']>;

/** The same as the API takes them, from an address. */
export const filtersOf = (search: {
  status?: Query['state'];
  auth?: Query['authType'];
  used?: keyof typeof words.filters.uses | undefined;
}): Query => ({
  state: search.status,
  authType: search.auth,
  used: search.used === undefined ? undefined : search.used === 'used' ? 'true' : 'false',
});
