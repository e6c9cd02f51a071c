import type { Page } from '../../../contract/records/page.ts';
import type { Connection } from './connection.ts';
import type { Figures, Usage } from './usage.ts';

/** A connection with what the list shows beside it. */
export type Row = Connection & { usage: Usage | undefined; figures: Figures | undefined };

export const states = ['enabled', 'paused', 'disabled', 'held', 'needs_attention'] as const;
export const authTypes = ['none', 'basic', 'bearer', 'oauth2'] as const;
export const uses = ['used', 'unused'] as const;

/** What the list is filtered by, as the address says it. */
export type Filters = {
  filter?: string | undefined;
  status?: (typeof states)[number] | undefined;
  auth?: (typeof authTypes)[number] | undefined;
  used?: (typeof uses)[number] | undefined;
};

const rowsPerPage = 50;

export const isFiltered = ({ filter, status, auth, used }: Filters): boolean =>
  [filter, status, auth, used].some((one) => one !== undefined && one !== '');

/** The rows that pass the filters. The text is looked for in name, description and address. */
export function matching(rows: readonly Row[], { filter, status, auth, used }: Filters): Row[] {
  const text = (filter ?? '').trim().toLowerCase();
  return rows.filter(
    (row) =>
      (text === '' || [row.name, row.description, row.baseUrl].some((one) => one.toLowerCase().includes(text))) &&
      (status === undefined || isIn(row, status)) &&
      (auth === undefined || row.auth.type === auth) &&
      (used === undefined || isUsed(row) === (used === 'used')),
  );
}

function isIn({ status, health }: Row, state: (typeof states)[number]): boolean {
  if (state === 'held') return health.held > 0;
  if (state === 'needs_attention') return status === 'enabled' && health.state !== 'ok';
  return status === state;
}

const isUsed = ({ usage, id }: Row) => (usage?.actions.get(id)?.length ?? 0) > 0;

/** The page of rows that begins at a cursor: the number of its first row. */
export function pageAt(rows: readonly Row[], cursor: string | undefined): Page<Row> {
  const asked = Number(cursor ?? 0);
  const at = Number.isInteger(asked) && asked > 0 && asked < rows.length ? asked : 0;
  return {
    data: rows.slice(at, at + rowsPerPage),
    page: {
      next: at + rowsPerPage < rows.length ? String(at + rowsPerPage) : null,
      prev: at > 0 ? String(Math.max(0, at - rowsPerPage)) : null,
    },
  };
}
