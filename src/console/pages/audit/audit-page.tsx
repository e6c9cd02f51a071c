import { Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../contract/records/audit.ts';
import { useApiQuery } from '../../data/api.ts';
import { kept } from '../../data/refresh.ts';
import { terms, audit as words } from '../../messages/en.ts';
import { options } from '../../parts/form/options.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { ThingLink, useCloseInspector, useNow, WithInspector } from '../../parts/parts.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { queryOf } from './audit-filters.ts';
import { EntryInspector } from './entry-inspector.tsx';

export function AuditPage(): ReactNode {
  const now = useNow();
  const search = useSearch({ from: '/shell/settings/audit' });
  const { cursor, entry, sort: _, ...filters } = search;
  const query = useApiQuery('listAudit', { query: { ...queryOf(filters, now), cursor } }, kept);
  const close = useCloseInspector('entry');
  const { list } = useListPage({
    ...listWords(words, 'entries', 'book'),
    search,
    query,
    columns,
    rowKey,
    opens: 'entry',
    filters: [
      { key: 'act', label: words.act, options: options(words.acts) },
      { key: 'kind', label: terms.kind, options: options(words.kinds) },
      { key: 'result', label: terms.result, options: options(words.results) },
      { key: 'since', label: terms.time, options: options(words.ranges) },
      { key: 'id', label: terms.object },
    ],
  });
  return (
    <Page title={words.title} lead={words.lead} right="audit:view" crumbs={[settingsCrumb]}>
      <WithInspector
        list={<ListPage {...list} />}
        inspector={
          entry === undefined || query.data === undefined ? null : (
            <EntryInspector
              entry={query.data.data.find(({ number }) => String(number) === entry) ?? null}
              onClose={close}
            />
          )
        }
      />
    </Page>
  );
}

const rowKey = ({ number }: AuditEntry) => String(number);

const columns: readonly Column<AuditEntry>[] = [
  {
    id: 'what',
    header: words.columns.what,
    isFixed: true,
    isText: true,
    cell: ({ number, act, kind }) => (
      <RowLink to="/settings/audit" search={(before) => ({ ...before, entry: String(number) })} resetScroll={false}>
        {words.what(act, kind)}
      </RowLink>
    ),
  },
  { id: 'thing', header: terms.object, isText: true, cell: (entry) => <ThingLink entry={entry} /> },
  {
    id: 'result',
    header: terms.result,
    cell: ({ result, code }) =>
      code === null ? (
        words.results[result]
      ) : (
        <Text span c="var(--console-bad)">
          {words.refusedBecause(code)}
        </Text>
      ),
  },
  valueColumn('who', words.columns.who, ({ principal }) => principal, { isText: true }),
  timeColumn('when', terms.time, ({ createdAt }) => createdAt, { show: 'log' }),
  { id: 'from', header: words.columns.from, cell: ({ address }) => address ?? words.byItself },
  {
    id: 'changed',
    header: words.columns.changed,
    isHiddenAtFirst: true,
    cell: ({ changes }) => words.places(changes.length),
  },
];
