import { terms, connections as words } from '../../messages/en.ts';
import { options } from '../../parts/form/bind.ts';
import type { Filter } from '../../parts/list/filters.ts';
import type { Connection } from './connection.ts';
import type { Usage } from './usage.ts';

export const filtersOf = (usage: Usage | undefined): Filter<Connection, 'status' | 'auth' | 'used'>[] => [
  {
    key: 'status',
    label: terms.state,
    options: options(words.filters.states),
    of: ({ status, health }) => [
      status,
      ...(health.held > 0 ? ['held'] : []),
      ...(status === 'enabled' && health.state !== 'ok' ? ['needs_attention'] : []),
    ],
  },
  { key: 'auth', label: words.columns.auth, options: options(words.details.authTypes), of: ({ auth }) => auth.type },
  {
    key: 'used',
    label: words.filters.use,
    options: options(words.filters.uses),
    of: ({ id }) => ((usage?.actionsOf?.(id).length ?? 0) > 0 ? 'used' : 'unused'),
  },
];

/** The texts that *Filter* looks at. */
export const texts = ({ name, description, baseUrl }: Connection): readonly string[] => [name, description, baseUrl];
