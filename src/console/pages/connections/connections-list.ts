import type { Connection } from './connection.ts';
import type { Figures, Usage } from './usage.ts';

/** A row of the list: a connection with its use and its figures. */
export type Row = Connection & { usage: Usage | undefined; figures: Figures | undefined };

/** The filters in the address, beside the text. */
export type Filters = {
  status?: 'enabled' | 'paused' | 'disabled' | 'held' | 'needs_attention' | undefined;
  auth?: Connection['auth']['type'] | undefined;
  used?: 'used' | 'unused' | undefined;
};

/** The texts that the text filter searches. */
export const texts = ({ name, description, baseUrl }: Row) => [name, description, baseUrl];

export function passes(row: Row, { status, auth, used }: Filters): boolean {
  return (
    (status === undefined || isIn(row, status)) &&
    (auth === undefined || row.auth.type === auth) &&
    (used === undefined || isUsed(row) === (used === 'used'))
  );
}

function isIn({ status, health }: Row, state: NonNullable<Filters['status']>): boolean {
  if (state === 'held') return health.held > 0;
  if (state === 'needs_attention') return status === 'enabled' && health.state !== 'ok';
  return status === state;
}

const isUsed = ({ usage, id }: Row) => (usage?.actions.get(id)?.length ?? 0) > 0;
