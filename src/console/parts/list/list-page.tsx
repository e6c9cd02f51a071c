import { ActionIcon, Anchor, Button, Code, Group, Popover, Stack, TextInput } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ClientError } from '../../../client/client.ts';
import type { Page } from '../../../contract/records/page.ts';
import { counted, nouns, parts, terms } from '../../messages/en.ts';
import { useKept } from '../../session/kept-choice.ts';
import { Icon, type IconName, Note, Nothing, Problem, WithInspector } from '../parts.ts';
import { type Column, useColumns } from './columns.tsx';
import { FilterBox } from './filter-box.tsx';
import css from './list-page.module.css';
import { idOf, Rows, type Selection, type Sorting } from './list-rows.tsx';
import type { ListState } from './list-search.ts';
import { Peek } from './peek.tsx';

export type { Column } from './columns.tsx';
export type { Selection } from './list-rows.tsx';
export type { ListState } from './list-search.ts';

/** What was asked for, as `useQuery` gives it. */
export type Asked<Data> = { data: Data | undefined; error: ClientError | null; refetch: () => unknown };

export type ListProps<Row> = {
  /** Names the table, and keys the remembered choice of columns. */
  name: string;
  /** What the rows are, for the count above them. */
  noun?: { one: string; other: string } | undefined;
  query: Asked<Page<Row>>;
  columns: readonly Column<Row>[];
  /** What tells its rows apart, if not their ids. */
  rowKey?: ((row: Row) => string) | undefined;
  /** What the address says, and how it is changed. A change of filters leads back to the first page. */
  search: ListState;
  /** The part of the address that says what is open beside the list: views don't keep it. */
  opens?: string;
  onSearch: (change: ListState) => void;
  /** How many things there are with these filters and without any, where that is known. */
  total?: { found: number; all: number } | undefined;
  sorting?: Sorting | undefined;
  /** Further filters, whether any of them is set, and how they are all cleared. */
  filters?: ReactNode;
  isFiltered?: boolean;
  onClear?: () => void;
  /** An empty list: what its rows are, one button, perhaps one line of code. `title` is *No … yet* by default. */
  empty: { icon: IconName; title?: string | undefined; text: string; action?: ReactNode; code?: string };
  /** What can be done with a row. */
  rowMenu?: (row: Row) => ReactNode;
  /** What the text box Filter looks at, when it is not the name. */
  filterBy?: string;
  /** Without the text box Filter: a short list inside an object. */
  isPlain?: boolean;
  /** Buttons at the end of the bar. */
  tools?: ReactNode;
  /** Between the bar and the rows, for example actions for the selected ones. */
  notice?: ReactNode;
  /** Below the rows, and below the words when there are none: how to search on. */
  beyond?: ReactNode;
  selection?: Selection<Row> | undefined;
  /** Rows can be looked at beside the list, with the space key: all columns, and more. `nameOf` names the row. */
  peek?: { nameOf: (row: Row) => string; more?: (row: Row) => ReactNode } | undefined;
};

/** A list in its five states: loading, filled, empty at first, empty by filter, failed. (No right: see Page.) */
export function ListPage<Row>(props: ListProps<Row>): ReactNode {
  const { name, noun = nouns.rows, query, search, onSearch, filters, empty } = props;
  const { shown, chooser } = useColumns(name, props.columns);
  const isFiltered = (search.filter ?? '') !== '' || props.isFiltered === true;
  const clear = props.onClear ?? (() => onSearch({ filter: undefined, cursor: undefined }));
  const { data, error } = query;

  if (data !== undefined && data.data.length === 0 && !isFiltered && search.cursor === undefined) {
    return (
      <Nothing icon={empty.icon} title={empty.title ?? terms.noneSoFar(noun)} text={empty.text}>
        {empty.action}
        {empty.code === undefined ? null : <Code>{empty.code}</Code>}
      </Nothing>
    );
  }
  const keyOf = props.rowKey ?? idOf;
  const peeked = props.peek === undefined ? undefined : data?.data.find((row) => keyOf(row) === search.peek);
  const show = (key: string | undefined) => onSearch({ cursor: search.cursor, peek: key });
  const section = (
    <section aria-label={name}>
      <Group gap="xs" mb={8}>
        {props.isPlain === true ? null : (
          <FilterBox
            className={css['filter'] ?? ''}
            value={search.filter ?? ''}
            hint={terms.filterBy(props.filterBy ?? parts.name)}
            onChange={(filter) => onSearch({ filter, cursor: undefined })}
          />
        )}
        {filters}
        <Group gap="xs" ml="auto">
          <Note mr="xs" role="status">
            {data === undefined ? '' : countOf(props, data)}
          </Note>
          {props.isPlain === true ? null : <ListViews list={name} opens={props.opens} />}
          {chooser}
          {props.tools}
        </Group>
      </Group>
      {props.notice}
      {error !== null && data === undefined ? (
        <Problem error={error} onRetry={() => void query.refetch()} />
      ) : data !== undefined && data.data.length === 0 ? (
        <Nothing icon="search" title={terms.noneMatch(noun)}>
          {props.beyond}
          <Button onClick={clear}>{parts.clearFilters}</Button>
        </Nothing>
      ) : (
        <>
          <Rows
            name={name}
            columns={shown}
            rows={data?.data}
            rowKey={props.rowKey}
            rowMenu={props.rowMenu}
            selection={props.selection}
            sorting={props.sorting}
            {...(props.peek === undefined ? {} : { peeked: search.peek, onPeek: show })}
          />
          {props.beyond}
        </>
      )}
      <Paging page={data?.page} onCursor={(cursor) => onSearch({ cursor })} />
    </section>
  );
  if (props.peek === undefined) return section;
  return (
    <WithInspector
      list={section}
      inspector={
        peeked === undefined ? null : (
          <Peek
            title={props.peek.nameOf(peeked)}
            shown={search.peek}
            columns={props.columns}
            row={peeked}
            onClose={() => show(undefined)}
          >
            {props.peek.more?.(peeked)}
          </Peek>
        )
      }
    />
  );
}

function countOf<Row>({ noun = nouns.rows, total }: ListProps<Row>, { data, page }: Page<Row>): string {
  if (total !== undefined)
    return total.found === total.all ? counted(total.all, noun) : parts.countOf(total.found, counted(total.all, noun));
  const isWhole = page.next === null && page.prev === null;
  return isWhole ? counted(data.length, noun) : parts.more(data.length, noun.other);
}

type PagingProps = { page: Page<unknown>['page'] | undefined; onCursor: (cursor: string) => void };

function Paging({ page, onCursor }: PagingProps): ReactNode {
  if (page === undefined || (page.next === null && page.prev === null)) return null;
  const button = (label: string, cursor: string | null) => (
    <Button disabled={cursor === null} onClick={() => cursor !== null && onCursor(cursor)}>
      {label}
    </Button>
  );
  return (
    <Group component="nav" aria-label={parts.paging} justify="flex-end" gap="xs" mt="sm">
      {button(parts.newer, page.prev)}
      {button(parts.older, page.next)}
    </Group>
  );
}

type View = { name: string; search: Readonly<Record<string, string>> };

const none: readonly View[] = [];

/** The button *Views*: the list as it is shown now under a name, to come back to. Kept per person in this browser. */
function ListViews({ list, opens = 'cursor' }: { list: string; opens?: string | undefined }): ReactNode {
  const [views, keep] = useKept(`views.${list}`, none);
  const [isOpen, open] = useState(false);
  const [name, write] = useState('');
  const [isAsking, ask] = useState(false);
  const { cursor: _, peek: _p, [opens]: _opened, ...search } = useLocation().search as Record<string, string>; // every value is a text
  function save(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === '') return;
    const isTaken = views.some((one) => one.name === name.trim());
    ask(isTaken && !isAsking);
    if (isTaken && !isAsking) return;
    keep([...views.filter((one) => one.name !== name.trim()), { name: name.trim(), search }]);
    write('');
  }
  return (
    <Popover opened={isOpen} onChange={open} position="bottom-end" shadow="md" trapFocus width={280}>
      <Popover.Target>
        <Button
          className={css['tool'] ?? ''}
          leftSection={<Icon name="bookmark" />}
          aria-label={parts.views.of(list)}
          onClick={() => open(!isOpen)}
        >
          {parts.views.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.views.of(list)}>
        <Stack gap="xs">
          {views.length === 0 ? (
            <Note>{parts.views.none}</Note>
          ) : (
            views.map((view) => (
              <Group key={view.name} justify="space-between" wrap="nowrap">
                <Anchor component={Link} to="." search={view.search as never} truncate onClick={() => open(false)}>
                  {view.name}
                </Anchor>
                <ActionIcon
                  aria-label={parts.views.remove(view.name)}
                  onClick={() => keep(views.filter((one) => one !== view))}
                >
                  <Icon name="trash" size={14} />
                </ActionIcon>
              </Group>
            ))
          )}
          <form onSubmit={save}>
            <Group gap="xs" align={isAsking ? 'center' : 'end'} wrap="nowrap">
              <TextInput
                label={parts.views.name}
                value={name}
                maxLength={60}
                error={isAsking ? parts.views.taken : null}
                onChange={(event) => {
                  write(event.currentTarget.value);
                  ask(false);
                }}
              />
              <Button variant="filled" type="submit" flex="none">
                {isAsking ? parts.views.replace : terms.save}
              </Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
