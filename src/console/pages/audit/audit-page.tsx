import { NativeSelect } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AuditEntry } from '../../../contract/records/audit.ts';
import { apiQuery } from '../../data/api.ts';
import { audit as words } from '../../messages/en/audit.ts';
import { FilterChips } from '../../parts/filter-chips.tsx';
import { type Column, ListPage } from '../../parts/list-page.tsx';
import { options } from '../../parts/options.ts';
import { RowLink } from '../../parts/row-link.tsx';
import { Time, useNow } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { SettingsNav } from '../settings/settings-nav.tsx';
import { type AuditFilters, isAct, isKind, queryOf } from './audit-filters.ts';
import css from './audit-page.module.css';
import { EntryInspector } from './entry-inspector.tsx';
import { ThingLink } from './thing-link.tsx';

export function AuditPage(): ReactNode {
  const search = useSearch({ from: '/shell/settings/audit' });
  const navigate = useNavigate({ from: '/settings/audit' });
  const mayLook = useMay('audit:view');
  const now = useNow();
  const { cursor, entry, ...filters } = search;
  const query = useQuery({
    ...apiQuery('listAudit', { query: { ...queryOf(filters, now), cursor } }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (present) => ({ ...present, ...next }), replace: true });
  const filterBy = (next: AuditFilters) => change({ ...next, cursor: undefined, entry: undefined });
  const { filter: _, ...others } = filters;
  return (
    <Page
      title={words.title}
      lead={words.lead}
      right="audit:view"
      crumbs={[{ label: words.settings, to: '/settings' }]}
    >
      <SettingsNav />
      <div className={css['columns']} data-open={entry !== undefined}>
        <ListPage
          name={words.list}
          query={query}
          columns={columns}
          rowKey={({ number }) => String(number)}
          search={search}
          filterHint={words.filterHint}
          onSearch={change}
          isFiltered={Object.values(others).some((value) => value !== undefined)}
          onClear={() => void navigate({ search: {} })}
          filters={<Filters filters={filters} onChange={filterBy} />}
          notice={
            filters.id === undefined ? null : (
              <FilterChips
                chips={[{ text: words.chip(words.thing, filters.id), onRemove: () => filterBy({ id: undefined }) }]}
              />
            )
          }
          empty={{ icon: 'book', title: words.emptyTitle, text: words.emptyText }}
          emptyByFilter={words.emptyByFilter}
        />
        {entry === undefined || query.data === undefined ? null : (
          <EntryInspector
            entry={query.data.data.find(({ number }) => String(number) === entry) ?? null}
            onClose={() => change({ entry: undefined })}
          />
        )}
      </div>
    </Page>
  );
}

type FiltersProps = { filters: AuditFilters; onChange: (change: AuditFilters) => void };

function Filters({ filters, onChange }: FiltersProps): ReactNode {
  const { act, kind, result, since } = filters;
  return (
    <>
      <NativeSelect
        aria-label={words.act}
        value={isAct(act) ? act : ''}
        onChange={({ currentTarget: { value } }) => onChange({ act: isAct(value) ? value : undefined })}
        data={[{ value: '', label: words.anyAct }, ...options(words.acts)]}
      />
      <NativeSelect
        aria-label={words.kind}
        value={isKind(kind) ? kind : ''}
        onChange={({ currentTarget: { value } }) => onChange({ kind: isKind(value) ? value : undefined })}
        data={[{ value: '', label: words.anyKind }, ...options(words.kinds)]}
      />
      <NativeSelect
        aria-label={words.result}
        value={result ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ result: results.find((one) => one === value) })}
        data={[{ value: '', label: words.anyResult }, ...options(words.results)]}
      />
      <NativeSelect
        aria-label={words.time}
        value={since ?? ''}
        onChange={({ currentTarget: { value } }) => onChange({ since: ranges.find((one) => one === value) })}
        data={[{ value: '', label: words.anyTime }, ...options(words.ranges)]}
      />
    </>
  );
}

const results = ['done', 'refused'] as const;
const ranges = ['24h', '7d', '30d'] as const;

const columns: readonly Column<AuditEntry>[] = [
  {
    id: 'what',
    header: words.columns.what,
    isFixed: true,
    cell: ({ number, act, kind }) => (
      <RowLink to="/settings/audit" search={(before) => ({ ...before, entry: String(number) })}>
        {words.what(words.acts[act], words.kinds[kind])}
      </RowLink>
    ),
  },
  { id: 'thing', header: words.columns.thing, wraps: true, cell: (entry) => <ThingLink entry={entry} /> },
  { id: 'who', header: words.columns.who, wraps: true, cell: ({ principal }) => principal },
  { id: 'from', header: words.columns.from, cell: ({ address }) => address ?? words.byItself },
  {
    id: 'result',
    header: words.columns.result,
    cell: ({ result, code }) =>
      code === null ? words.results[result] : <span className={css['refused']}>{words.refusedBecause(code)}</span>,
  },
  {
    id: 'changed',
    header: words.columns.changed,
    isHiddenAtFirst: true,
    cell: ({ changes }) => words.places(changes.length),
  },
  { id: 'when', header: words.columns.when, cell: ({ createdAt }) => <Time at={createdAt} /> },
];
