import { Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ComponentType, type ReactNode, useState } from 'react';
import { transferKindOf } from '../../../contract/documents/transfer-kinds.ts';
import { terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import type { Filter } from '../list/filters.ts';
import { type Asked, type Column, ListPage, type ListState } from '../list/list-page.tsx';
import { GuardedItem, RowMenu } from '../list/row-menu.tsx';
import { type CountedPage, type ListWords, listWords, type Noun, useListPage } from '../list/use-list-page.tsx';
import { addressOf, type IconName, notifyFailed } from '../parts.ts';
import { ShowAsDrawer, saveExport } from '../payload/show-as.tsx';
import { type DialogProps, useDeletion } from './delete-dialog.tsx';
import type { DocumentKind, StoredDocument } from './document-kind.ts';
import { servedSorts } from './served-list.ts';

type Props<Row extends StoredDocument> = {
  kind: DocumentKind<Row>;
  words: Omit<ListWords, 'title'> & { lead: string };
  noun: Noun;
  icon: IconName;
  /** A command that creates one, for the empty list of people who may manage. */
  code?: string;
  columns: readonly Column<Row>[];
  /** A page of the list, which the server filters, sorts and counts. Without it, all documents are read. */
  served?: Asked<CountedPage<Row>>;
  filters?: readonly Filter<Row, string>[];
  /** The texts that *Filter* looks at, if not name and description. */
  texts?: (row: Row) => readonly string[];
  sortedBy?: string;
  /** The part of the address that says what is open beside the list: views don't keep it. */
  opens?: string;
  /** Buttons of the page's head before the one that creates, for people who may manage. */
  actions?: ReactNode;
  /** Items of a row's menu after Open, for people who may manage. */
  items?: (row: Row) => ReactNode;
  blockedBy?: (row: Row) => string | null;
  deletion?: ComponentType<DialogProps<Row>>;
  /** In an empty list, in place of the button that creates one: the button is then in the head of the page. */
  start?: ReactNode;
  /** Between the heading and the list. */
  above?: ReactNode;
  /** Dialogs of the page. */
  children?: ReactNode;
};

/** The list of all documents of a kind, with the menu of each. */
export function DocumentsPage<Row extends StoredDocument & { description?: string }>(props: Props<Row>): ReactNode {
  const { kind, words, noun, icon, code, served, actions, items, blockedBy, deletion, start, above, children } = props;
  const { columns, filters, texts: textsOf, sortedBy, opens } = props;
  const mayManage = useMay(kind.manage);
  const title = kind.crumbs.at(-1)?.label ?? kind.one;
  const [shown, show] = useState<Row | null>(null);
  const { remove, dialog } = useDeletion(kind, deletion);
  const inFiles = transferKindOf(kind.kind);
  const named = (row: Row) => ({ id: row.id, name: kind.nameOf(row) });
  const texts = listWords({ title, ...words }, noun, icon, mayManage ? code : undefined);
  const all = useQuery({ ...kind.all(), enabled: useMay(kind.view) && served === undefined });
  const { list, create, button } = useListPage({
    ...texts,
    empty: { ...texts.empty, action: start },
    search: useSearch({ strict: false }) as ListState & Record<string, string | undefined>, // every value is a text
    query: served ?? all,
    ...(served === undefined ? {} : { servedSorts }),
    columns,
    ...(filters === undefined ? {} : { filters }),
    ...(opens === undefined ? {} : { opens }),
    texts: textsOf ?? ((row) => [kind.nameOf(row), row.description ?? '']),
    sortedBy: sortedBy ?? 'name',
    ...(served === undefined
      ? {}
      : { peek: { nameOf: kind.nameOf, more: ({ description }: Row) => <Text>{description}</Text> } }),
    create: mayManage ? { label: kind.newTitle, to: kind.newPage } : undefined,
    ...(mayManage || inFiles !== undefined ? { rowMenu } : {}),
  });

  function rowMenu(row: Row): ReactNode {
    return (
      <RowMenu name={kind.nameOf(row)}>
        <Menu.Item component={Link} to={addressOf(kind.kind, row)}>
          {terms.open}
        </Menu.Item>
        {served === undefined ? null : (
          <Menu.Item onClick={() => list.onSearch({ cursor: list.search.cursor, peek: row.id })}>
            {terms.peek}
          </Menu.Item>
        )}
        {mayManage ? items?.(row) : null}
        {mayManage && kind.copyPage !== undefined ? (
          <Menu.Item component={Link} to={kind.copyPage as '/'} search={{ from: row.id } as never}>
            {kind.copyTitle ?? terms.duplicate}
          </Menu.Item>
        ) : null}
        {inFiles === undefined ? null : (
          <>
            <Menu.Item
              onClick={() => saveExport(`${kind.nameOf(row)}.yaml`, { kind: inFiles, id: row.id }).catch(notifyFailed)}
            >
              {terms.export}
            </Menu.Item>
            <Menu.Item onClick={() => show(row)}>{terms.showAs}</Menu.Item>
          </>
        )}
        {mayManage ? (
          <GuardedItem blockedBy={blockedBy?.(row) ?? null} onClick={() => remove(row)}>
            {terms.delete}
          </GuardedItem>
        ) : null}
      </RowMenu>
    );
  }

  return (
    <Page
      title={title}
      lead={words.lead}
      right={kind.view}
      crumbs={kind.crumbs.slice(0, -1)}
      actions={
        <>
          {mayManage ? actions : null}
          {start === undefined ? create : button}
        </>
      }
    >
      {above}
      <ListPage {...list} />
      {dialog}
      {inFiles === undefined ? null : (
        <ShowAsDrawer
          shown={shown === null ? null : { kind: `${inFiles}s`, document: named(shown) }}
          onClose={() => show(null)}
        />
      )}
      {children}
    </Page>
  );
}
