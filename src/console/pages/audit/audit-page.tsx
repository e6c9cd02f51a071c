import { Group, Text, Title } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CallInput } from '../../../client/client.ts';
import type { AuditAct, AuditChange, AuditEntry, AuditKind } from '../../../contract/records/audit.ts';
import { kept, useApiQuery } from '../../data/data.ts';
import { switchedTo } from '../../data/switched-to.ts';
import { formatAbsolute, terms, audit as words } from '../../messages/en.ts';
import { options } from '../../parts/form/bind.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import { RowLink } from '../../parts/list/row-link.tsx';
import { column, timeColumn, valueColumn } from '../../parts/list/standard-columns.tsx';
import { listWords, useListPage } from '../../parts/list/use-list-page.tsx';
import { Facts, Inspector, PlainLink, ThingLink, useCloseInspector, useNow, WithInspector } from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';
import { Page, settingsCrumb } from '../../shell/page.tsx';

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
      { key: 'act', label: words.columns.what, options: options(words.acts) },
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
  column('what', words.columns.what, { isFixed: true, isText: true }, ({ number, act, kind, changes }) => (
    <RowLink to="/settings/audit" search={(before) => ({ ...before, entry: String(number) })} resetScroll={false}>
      {words.what(act, kind, switchedTo(changes))}
    </RowLink>
  )),
  column('thing', terms.object, { isText: true }, (entry) => <ThingLink entry={entry} />),
  column('result', terms.result, ({ result, code }) =>
    code === null ? (
      words.results[result]
    ) : (
      <Text span c="var(--console-bad)">
        {words.refusedBecause(code)}
      </Text>
    ),
  ),
  valueColumn('who', words.columns.who, ({ principal }) => principal, { isText: true }),
  timeColumn('when', terms.time, ({ createdAt }) => createdAt, { show: 'log', goesBelow: true }),
  column('from', words.columns.from, ({ address }) => address ?? words.byItself),
  column('changed', words.columns.changed, { isHiddenAtFirst: true }, ({ changes }) => words.places(changes.length)),
];

/** The filters of the list, as they stand in the address. */
type AuditFilters = {
  filter?: string | undefined;
  act?: string | undefined;
  kind?: string | undefined;
  result?: 'done' | 'refused' | undefined;
  id?: string | undefined;
  since?: keyof typeof words.ranges | undefined;
};

const rangesMs = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const;

/** The same as the API takes them; `since` counts back from `now`. What the API does not know is left out. */
function queryOf(filters: AuditFilters, now: number): NonNullable<CallInput<'listAudit'>['query']> {
  const { filter, act, kind, result, id, since } = filters;
  return {
    principal: filter,
    act: isAct(act) ? act : undefined,
    kind: isKind(kind) ? kind : undefined,
    result,
    id,
    createdAfter: since === undefined ? undefined : new Date(now - rangesMs[since]).toISOString(),
  };
}

function isAct(text: string | undefined): text is AuditAct {
  return text !== undefined && Object.hasOwn(words.acts, text);
}

function isKind(text: string | undefined): text is AuditKind {
  return text !== undefined && Object.hasOwn(words.kinds, text);
}

type EntryProps = {
  /** null: it is not on this page of the list. */
  entry: AuditEntry | null;
  onClose: () => void;
};

/** One entry beside the list: who, from where, what, and each place before and after. */
function EntryInspector({ entry, onClose }: EntryProps): ReactNode {
  return (
    <Inspector
      title={entry === null ? words.list : words.entry(entry.number)}
      shown={entry?.number === undefined ? undefined : String(entry.number)}
      onClose={onClose}
    >
      {entry === null ? (
        <Text c="dimmed">{words.gone}</Text>
      ) : (
        <>
          <Facts facts={factsOf(entry)} />
          <Title order={3}>{words.columns.changed}</Title>
          {entry.changes.length === 0 ? (
            <Text c="dimmed">{words.noChanges}</Text>
          ) : (
            <Diff before={sideOf(entry.changes, 'before')} after={sideOf(entry.changes, 'after')} />
          )}
        </>
      )}
    </Inspector>
  );
}

function factsOf(entry: AuditEntry): [string, ReactNode][] {
  const { kind, id, result, code, principal, principalId, address, requestId, createdAt, hash } = entry;
  const { local, utc } = formatAbsolute(new Date(createdAt));
  return [
    [terms.time, words.times(local, utc)],
    [words.columns.who, principalId === null ? principal : `${principal} (${principalId})`],
    [words.columns.from, address ?? words.byItself],
    ...(requestId === null ? [] : [[terms.request, requestId] satisfies [string, ReactNode]]),
    [
      terms.object,
      <Group key="thing" gap="xs">
        {words.kinds[kind]} <ThingLink entry={entry} />
        {id === null ? null : (
          <PlainLink to="/settings/audit" search={{ id }} inherit={false} size="sm">
            {words.all}
          </PlainLink>
        )}
      </Group>,
    ],
    [terms.result, code === null ? words.results[result] : words.refusedBecause(code)],
    [words.fields.hash, hash],
  ];
}

/** One side of all places that changed, as one document. */
function sideOf(changes: readonly AuditChange[], side: 'before' | 'after'): Record<string, unknown> | null {
  const shown: Record<string, unknown> = {};
  for (const change of changes) {
    if (!(side in change)) continue;
    // Both sides of a secret that was replaced in the same minute would look the same.
    const isReplaced = isSecret(change.before) && isSecret(change.after);
    const value = isReplaced ? words.secrets[side] : change[side];
    if (change.pointer === '' && typeof value === 'object') Object.assign(shown, value);
    else shown[change.pointer === '' ? '…' : change.pointer.slice(1).replaceAll('/', '.')] = value;
  }
  return Object.keys(shown).length === 0 ? null : shown;
}

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'set' in value && value.set === true;
}
