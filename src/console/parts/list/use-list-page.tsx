import { Button } from '@mantine/core';
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { Page } from '../../../contract/records/page.ts';
import { Icon } from '../icon.tsx';
import { Choice } from './choice.tsx';
import type { Asked, ListProps, ListState } from './list-page.tsx';
import { pageAt, sorted } from './whole-list.ts';

/** A filter with a closed list of values, or one that only links set. */
export type Filter<Search> = {
  key: keyof Search & string;
  label: string;
  options?: readonly { value: string; label: string }[];
  nameOf?: (value: string) => string;
  /** Filters that no longer make sense when this one changes. */
  resets?: keyof Search & string;
};

type Kept<Row> = Pick<
  ListProps<Row>,
  'name' | 'noun' | 'columns' | 'rowKey' | 'filterBy' | 'rowMenu' | 'tools' | 'notice' | 'beyond' | 'selection'
>;

export type ListDeclaration<Row, Search> = Kept<Row> & {
  /** The address as the page's route read it. */
  search: Search;
  /** A page of a list, or all of a kind: then it is filtered, sorted and cut into pages here. */
  query: Asked<Page<Row> | readonly Row[]>;
  filters?: readonly Filter<Search>[];
  /** Of all of a kind: the texts of a row that *Filter* looks at, and whether the other filters let it pass. */
  texts?: (row: Row) => readonly string[];
  passes?: (row: Row) => boolean;
  /** The column that the list is sorted by unless the address says otherwise. */
  sortedBy?: string;
  /** The button that creates one: in the middle of an empty list, otherwise for the page's head. undefined: no right. */
  create?: { label: string; to: LinkProps['to'] } | undefined;
  empty: Omit<ListProps<Row>['empty'], 'action'> & { action?: ReactNode };
};

/**
 * A list as its page declares it: what it asks for, its columns and its filters. Filters, sorting and the page are in the
 * address. Sorting is offered when all rows are here.
 */
export function useListPage<Row, Search extends ListState>(declared: ListDeclaration<Row, Search>) {
  const { search, query, filters = [], columns, create, empty, texts, passes } = declared;
  const navigate = useNavigate();
  const change = (next: Partial<Search>) =>
    void navigate({
      to: '.',
      search: (present: Search) => ({ ...present, cursor: undefined, ...next }),
      replace: true,
    } as never); // the address that the page's own route reads

  const { data } = query;
  const isWhole = data !== undefined && (isAll(data) || (data.page.next === null && data.page.prev === null));
  const sort = search.sort ?? declared.sortedBy;
  const by = columns.find(({ id }) => id === sort?.replace(/^-/, ''));
  const isDescending = sort?.startsWith('-') === true;
  const { cursor, filter } = search;

  const rows = useMemo(() => {
    const all = data === undefined ? [] : isAll(data) ? [...data] : data.data;
    if (data === undefined || !isWhole) return { all, found: all };
    const sought = isAll(data) ? (filter ?? '').trim().toLowerCase() : '';
    const found = all.filter(
      (row) =>
        (sought === '' || texts === undefined || texts(row).some((text) => text.toLowerCase().includes(sought))) &&
        (!isAll(data) || passes?.(row) !== false),
    );
    return { all, found: by?.sort === undefined ? found : sorted(found, by.sort, isDescending) };
  }, [data, isWhole, filter, texts, passes, by, isDescending]);
  const page = useMemo(
    () => data && (isAll(data) ? pageAt(rows.found, cursor) : { ...data, data: rows.found }),
    [data, rows, cursor],
  );

  const isFiltered = filters.some(({ key }) => search[key] !== undefined) || (filter ?? '') !== '';
  const isEmpty = page !== undefined && page.data.length === 0 && !isFiltered && cursor === undefined;
  const button =
    create === undefined ? undefined : (
      <Button component={Link} to={create.to as '/'} leftSection={<Icon name="plus" />} data-key-new>
        {create.label}
      </Button>
    );
  const list: ListProps<Row> = {
    ...declared,
    query: { ...query, data: page },
    search,
    onSearch: change as (next: ListState) => void, // a part of what this address holds
    isFiltered,
    onClear: () =>
      change(
        Object.fromEntries(
          ['filter', ...filters.map(({ key }) => key)].map((key) => [key, undefined]),
        ) as Partial<Search>,
      ), // each is optional
    total: data !== undefined && isAll(data) ? { found: rows.found.length, all: rows.all.length } : undefined,
    sorting: isWhole
      ? {
          by: by?.id,
          isDescending,
          onSort: (id) => change({ sort: by?.id !== id ? id : isDescending ? undefined : `-${id}` } as Partial<Search>), // a part of ListState
        }
      : undefined,
    filters: filters.map(({ key, label, options, nameOf, resets }) => {
      const value = search[key] as string | undefined; // every value of an address is a text
      return options === undefined && value === undefined ? null : (
        <Choice
          key={key}
          label={label}
          value={value}
          options={options}
          nameOf={nameOf}
          onChange={
            (next) =>
              change({ [key]: next, ...(resets === undefined ? {} : { [resets]: undefined }) } as Partial<Search>) // the same
          }
        />
      );
    }),
    empty: { ...empty, action: empty.action ?? button },
  };
  return { list, change, isEmpty, rows: rows.all, button, create: isEmpty ? undefined : button };
}

const isAll = <Row,>(data: Page<Row> | readonly Row[]): data is readonly Row[] => Array.isArray(data);
