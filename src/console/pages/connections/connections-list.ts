import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import type { Filter } from '../../parts/list/filters.ts';
import type { Connection } from './connection.ts';
import type { Figures, Usage } from './usage.ts';

/** A row of the list: a connection with its use and its figures. */
export type Row = Connection & { usage: Usage | undefined; figures: Figures | undefined };

/** The texts that the text filter searches. */
export const texts = ({ name, description, baseUrl }: Row): readonly string[] => [name, description, baseUrl];

export const filters: readonly Filter<Row, 'status' | 'auth' | 'used'>[] = [
  { key: 'status', label: terms.state, options: options(words.filters.states), of: statesOf },
  { key: 'auth', label: words.columns.auth, options: options(words.details.authTypes), of: ({ auth }) => auth.type },
  {
    key: 'used',
    label: words.filters.use,
    options: options(words.filters.uses),
    of: ({ usage, id }) => ((usage?.actions.get(id)?.length ?? 0) > 0 ? 'used' : 'unused'),
  },
];

function statesOf({ status, health }: Row): string[] {
  const needsAttention = status === 'enabled' && health.state !== 'ok';
  return [status, ...(health.held > 0 ? ['held'] : []), ...(needsAttention ? ['needs_attention'] : [])];
}
