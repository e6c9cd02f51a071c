import { Button } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { DeletedDocument } from '../../../contract/documents/deleted.ts';
import { rightOf, transferKinds } from '../../../contract/documents/transfer-kinds.ts';
import { useApiQuery } from '../../data/data.ts';
import { settings, terms } from '../../messages/en.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { column, timeColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { restoreDocument } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';

const words = settings.deleted;

/** What was deleted in the last 30 days, and its return. */
export function DeletedTab(): ReactNode {
  const { kind, ...search } = useSearch({ from: '/shell/settings' });
  const { list } = useListPage({
    ...listWords(words, 'objects', 'trash'),
    search: { ...search, kind },
    query: useApiQuery('listDeleted', { query: { limit: 50, cursor: search.cursor, kind } }),
    columns,
    rowMenu: (row) => <Restore row={row} />,
    filters: [
      { key: 'kind', label: terms.kind, options: transferKinds.map((value) => ({ value, label: terms[value] })) },
    ],
  });
  return <ListPage {...list} isPlain />;
}

const columns: readonly Column<DeletedDocument>[] = [
  column('name', terms.name, { isFixed: true, isText: true }, ({ name, connection }) =>
    connection == null ? name : `${connection} › ${name}`,
  ),
  column('kind', terms.kind, ({ kind }) => terms[kind]),
  timeColumn('deleted', words.title, ({ deletedAt }) => deletedAt, { show: 'log' }),
  column('by', words.columns.by, { isText: true }, ({ deletedBy }) => deletedBy),
  timeColumn('removed', words.columns.removed, ({ removedAt }) => removedAt),
];

function Restore({ row }: { row: DeletedDocument }): ReactNode {
  const may = useMay(rightOf(row.kind, 'manage'));
  return (
    <Button size="xs" disabled={!may} aria-label={words.restoreOf(row.name)} onClick={() => void restoreDocument(row)}>
      {terms.restore}
    </Button>
  );
}
