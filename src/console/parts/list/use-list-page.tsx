import { Button, Popover, Stack } from '@mantine/core';
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Page } from '../../../contract/records/page.ts';
import { nouns, parts, terms } from '../../messages/en.ts';
import { Icon, type IconName } from '../parts.ts';
import { Choice } from './choice.tsx';
import { FilterFields } from './filter-fields.tsx';
import { cleared, type Filter, optionsOf, type Values } from './filters.ts';
import type { Asked, ListProps, ListState } from './list-page.tsx';
import { pageAt, passes, sorted } from './whole-list.ts';

/** The rows of a list, as the count above them names them. */
export type Noun = keyof typeof nouns;

/** The texts of a list, as the catalogue has them for each area. */
export type ListWords = {
  title: string;
  /** The name of the list, if it is not the title. */
  list?: string;
  /** What the text box Filter looks at, if it is not the name. */
  filterBy?: string;
  emptyTitle?: string;
  emptyText: string;
};

/** The texts of a list for `useListPage`. `code`: a command that creates the first one. */
export function listWords(words: ListWords, noun: Noun, icon: IconName, code?: string) {
  const { title, list = title, filterBy, emptyTitle, emptyText } = words;
  return {
    name: list,
    noun: nouns[noun],
    ...(filterBy === undefined ? {} : { filterBy }),
    empty: {
      icon,
      title: emptyTitle,
      text: emptyText,
      ...(code === undefined ? {} : { code }),
    },
  };
}

/** The status of a document as a filter. */
export const statusFilter = {
  key: 'status' as const,
  label: terms.status,
  options: (['enabled', 'disabled'] as const).map((value) => ({ value, label: parts.status[value] })),
  of: ({ status }: { status: string }) => status,
};

type Kept<Row> = Pick<
  ListProps<Row>,
  | 'name'
  | 'noun'
  | 'columns'
  | 'rowKey'
  | 'opens'
  | 'filterBy'
  | 'rowMenu'
  | 'tools'
  | 'notice'
  | 'beyond'
  | 'selection'
  | 'peek'
>;

/** A page of a list, with how many things its filters find and how many there are, where the server says it. */
export type CountedPage<Row> = Page<Row> & { count?: { found: number; all: number } | undefined };

type ListDeclaration<Row, Search> = Kept<Row> & {
  /** The address as the page's route read it. */
  search: Search;
  /** A page of a list, or all of a kind: then it is filtered, sorted and cut into pages here. */
  query: Asked<CountedPage<Row> | readonly Row[]>;
  filters?: readonly Filter<Row, keyof Search & string>[];
  /** Of all of a kind: the texts of a row that *Filter* looks at. */
  texts?: (row: Row) => readonly string[];
  /** The column that the list is sorted by unless the address says otherwise. */
  sortedBy?: string;
  /** The columns that the server sorts a list by which has more than one page. */
  servedSorts?: readonly string[];
  /** The button that creates one: in the middle of an empty list, otherwise for the page's head. undefined: no right. */
  create?: { label: string; to: LinkProps['to'] } | undefined;
  empty: Omit<ListProps<Row>['empty'], 'action'> & { action?: ReactNode };
};

/**
 * A list as its page declares it: what it asks for, its columns and its filters. Filters, sorting and the page are in the
 * address. Sorting is offered when all rows are here, or by the server.
 */
export function useListPage<Row, Search extends ListState>(declared: ListDeclaration<Row, Search>) {
  const { search, query, filters = [], columns, create, empty, texts, servedSorts } = declared;
  const navigate = useNavigate();
  const change = (next: Partial<Search>) =>
    void navigate({
      to: '.',
      search: (present: Search) => ({ ...present, cursor: undefined, ...next }),
      replace: true,
    } as never); // the address that the page's own route reads

  const values = search as Values; // every value of an address is a text
  const set = change as (next: Values) => void; // keys of this address
  const more = filters.filter(({ isMore }) => isMore);

  const { data } = query;
  const isWhole = data !== undefined && (isAll(data) || (data.page.next === null && data.page.prev === null));
  const sort = search.sort ?? declared.sortedBy;
  const by = columns.find(({ id }) => id === sort?.replace(/^-/, ''));
  const isDescending = sort?.startsWith('-') === true;
  const { cursor, filter } = search;

  const all = data === undefined ? [] : isAll(data) ? data : data.data;
  const sought = (filter ?? '').trim().toLowerCase();
  const isSought = (row: Row) =>
    sought === '' || texts === undefined || texts(row).some((text) => text.toLowerCase().includes(sought));
  const passing =
    data !== undefined && isAll(data) ? all.filter((row) => isSought(row) && passes(row, filters, values)) : all;
  const found = isWhole && by?.sort !== undefined ? sorted(passing, by.sort, isDescending) : [...passing];
  const page = data && (isAll(data) ? pageAt(found, cursor) : { ...data, data: found });

  const isFiltered = filters.some(({ key }) => search[key] !== undefined) || (filter ?? '') !== '';
  const isEmpty = page !== undefined && page.data.length === 0 && !isFiltered && cursor === undefined;
  const button =
    create === undefined ? undefined : (
      <Button variant="filled" component={Link} to={create.to as '/'} leftSection={<Icon name="plus" />} data-key-new>
        {create.label}
      </Button>
    );
  const list: ListProps<Row> = {
    ...declared,
    query: { ...query, data: page },
    search,
    onSearch: change as (next: ListState) => void, // a part of what this address holds
    isFiltered,
    onClear: () => set(Object.fromEntries(['filter', ...filters.map(({ key }) => key)].map((key) => [key, undefined]))),
    total: data === undefined ? undefined : isAll(data) ? { found: found.length, all: all.length } : data.count,
    sorting:
      isWhole || servedSorts !== undefined
        ? {
            by: by?.id,
            isDescending,
            can: (id) => isWhole || servedSorts?.includes(id) === true,
            onSort: (id) =>
              change({ sort: by?.id !== id ? id : isDescending ? undefined : `-${id}` } as Partial<Search>), // a part of ListState
          }
        : undefined,
    filters: (
      <>
        {filters.map((filter) => {
          const { key, label, nameOf, hasNoChip, isMore } = filter;
          const value = values[key];
          const options = optionsOf(filter, values);
          const searched = filter.searched?.(values);
          const isOffered = isMore !== true && (options !== undefined || searched !== undefined);
          return hasNoChip || (value === undefined && !isOffered) ? null : (
            <Choice
              key={key}
              label={label}
              value={value}
              options={options}
              searched={searched}
              nameOf={nameOf}
              onChange={(next) => set({ ...cleared(filters, key), [key]: next })}
            />
          );
        })}
        {more.length === 0 ? null : <MoreFilters list={declared.name} filters={more} values={values} onApply={set} />}
      </>
    ),
    empty: { ...empty, action: empty.action ?? button },
  };
  // Not before the rows are known: a button that is pressed while it moves into the empty list does nothing.
  const hasHeadButton = !isEmpty && (data !== undefined || query.error !== null);
  return { list, change, isEmpty, hasHeadButton, rows: all, button, create: hasHeadButton ? button : undefined };
}

const isAll = <Row,>(data: CountedPage<Row> | readonly Row[]): data is readonly Row[] => Array.isArray(data);

type MoreProps = {
  /** What the list is called. */
  list: string;
  filters: readonly Filter[];
  values: Values;
  onApply: (changes: Values) => void;
};

/** The button *Add filter* with a form behind it, for filters that are used now and then. */
function MoreFilters({ list, filters, values, onApply }: MoreProps): ReactNode {
  const [isOpen, open] = useState(false);
  const [changes, write] = useState<Values>({});
  const [isChoosing, choose] = useState(false);
  function toggle(next: boolean) {
    write({});
    open(next);
  }
  return (
    <Popover
      opened={isOpen}
      onChange={toggle}
      closeOnEscape={!isChoosing}
      position="bottom-start"
      shadow="md"
      trapFocus
      width={300}
    >
      <Popover.Target>
        <Button leftSection={<Icon name="plus" size={14} />} onClick={() => toggle(!isOpen)}>
          {parts.addFilter}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.addFilterTo(list)}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            open(false);
            onApply(changes);
          }}
        >
          <Stack gap="sm">
            <FilterFields
              filters={filters}
              values={{ ...values, ...changes }}
              onChange={(next) => write({ ...changes, ...next })}
              onChoosing={choose}
            />
            <Button variant="filled" type="submit">
              {parts.applyFilters}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
