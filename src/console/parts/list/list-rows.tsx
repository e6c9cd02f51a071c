import { Checkbox, Skeleton, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  type FocusEvent,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { parts } from '../../messages/en.ts';
import { bindChecked } from '../form/bind.ts';
import { Icon, Note } from '../parts.ts';
import type { Column } from './columns.tsx';
import css from './list-page.module.css';

/** Rows that are ticked, by their keys; `nameOf` names a row's box. */
export type Selection<Row> = {
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  nameOf: (row: Row) => string;
};

/** The column that a list is sorted by, which it can be sorted by, and how it is changed. */
export type Sorting = {
  by: string | undefined;
  isDescending: boolean;
  can: (column: string) => boolean;
  onSort: (column: string) => void;
};

type Props<Row> = {
  name: string;
  columns: readonly Column<Row>[];
  /** undefined: loading. */
  rows: readonly Row[] | undefined;
  rowKey?: ((row: Row) => string) | undefined;
  rowMenu?: ((row: Row) => ReactNode) | undefined;
  selection?: Selection<Row> | undefined;
  sorting?: Sorting | undefined;
  /** The row that is shown beside the list, and how another one is; undefined: none. */
  peeked?: string | undefined;
  onPeek?: (key: string | undefined) => void;
};

/**
 * The table of a list. A click anywhere in a row follows the row's link. Columns that have no room leave from the right.
 * A row is drawn again only when it changed itself, so that lists may grow while one looks.
 */
export function Rows<Row>({
  name,
  columns: all,
  rows,
  rowKey = idOf,
  rowMenu,
  selection,
  sorting,
  peeked,
  onPeek,
}: Props<Row>): ReactNode {
  const { frame, columns, isTooWide } = useRoom(all);
  const below = useMemo(() => all.filter((one) => one.goesBelow && !columns.includes(one)), [all, columns]);
  const keys = rows?.map(rowKey) ?? [];
  const count = keys.filter((key) => selection?.selected.has(key) === true).length;
  function tick(key: string, isTicked: boolean) {
    const next = new Set(selection?.selected);
    if (isTicked) next.add(key);
    else next.delete(key);
    selection?.onSelect(next);
  }
  return (
    <div
      ref={frame}
      className={css['frame']}
      aria-busy={rows === undefined}
      // A table that is wider than its frame scrolls in it, by keyboard too.
      {...(isTooWide
        ? { 'data-scrolls': true, tabIndex: 0, role: 'region', 'aria-label': parts.tableScroll(name) }
        : {})}
    >
      <table className={css['table']}>
        <thead>
          <tr>
            {selection === undefined ? null : (
              <td className={css['menu']}>
                <Checkbox
                  size="sm"
                  aria-label={parts.selectAll}
                  {...bindChecked(count > 0 && count === keys.length, (isChecked) =>
                    selection.onSelect(new Set(isChecked ? keys : [])),
                  )}
                  indeterminate={count > 0 && count < keys.length}
                />
              </td>
            )}
            {columns.map((column) => (
              <Head key={column.id} column={column as Column<never>} sorting={sorting} />
            ))}
            {rowMenu === undefined ? null : <td className={css['menu']} />}
          </tr>
        </thead>
        <tbody>
          {rows === undefined ? (
            <Waiting
              columns={columns.length + (rowMenu === undefined ? 0 : 1) + (selection === undefined ? 0 : 1)}
              name={name}
            />
          ) : (
            rows.map((row) => {
              const key = rowKey(row);
              return (
                // The row's link does the same by keyboard.
                <tr
                  key={key}
                  onClick={follow}
                  onAuxClick={follow}
                  data-peeked={key === peeked || undefined}
                  {...(onPeek === undefined ? {} : peekKeys(key, peeked, onPeek))}
                >
                  {selection === undefined ? null : (
                    <td className={css['menu']}>
                      <Checkbox
                        size="sm"
                        aria-label={parts.select(selection.nameOf(row))}
                        {...bindChecked(selection.selected.has(key), (isChecked) => tick(key, isChecked))}
                      />
                    </td>
                  )}
                  <Cells columns={columns as AnyColumns} below={below as AnyColumns} row={row} />
                  {rowMenu === undefined ? null : <td className={css['menu']}>{rowMenu(row)}</td>}
                </tr>
              );
            })
          )}
        </tbody>
      </table>
    </div>
  );
}

export const idOf = (row: unknown) => (row as { id: string }).id; // of all rows without a `rowKey`

/** The space key on the link of a row shows it beside the list; while one is shown, the row that gets the focus is. */
function peekKeys(key: string, peeked: string | undefined, onPeek: (key: string | undefined) => void) {
  const isLink = ({ target }: { target: EventTarget }) =>
    target instanceof Element && target.matches('[data-row-link]');
  return {
    onKeyDown(event: KeyboardEvent) {
      if (event.key !== ' ' || !isLink(event)) return;
      event.preventDefault();
      onPeek(key === peeked ? undefined : key);
    },
    onFocus(event: FocusEvent) {
      if (peeked !== undefined && key !== peeked && isLink(event)) onPeek(key);
    },
  };
}

const controls = 'a, button, input, select, label, summary, [role="menu"], [role="dialog"]';

/** Follows the link of a row from anywhere in it, in a new tab where a link would. Texts can still be selected. */
function follow(event: MouseEvent<HTMLTableRowElement>): void {
  const { target, currentTarget, button, ctrlKey, metaKey, shiftKey } = event;
  const link = currentTarget.querySelector<HTMLAnchorElement>('a[data-row-link]');
  // Menus and dialogs of a row are elsewhere in the document, but their clicks arrive here too.
  if (link === null || button > 1 || !(target instanceof Element) || !currentTarget.contains(target)) return;
  if (target.closest(controls) !== null || getSelection()?.isCollapsed === false) return;
  if (button === 1 || ctrlKey || metaKey || shiftKey) open(link.href, '_blank', 'noopener');
  else link.click();
}

/** Name and state: what is left of a list in the narrowest window. */
const columnsLeast = 2;

const rankOf = <Row,>({ leavesFirst, isText }: Column<Row>) => (leavesFirst === true ? 2 : isText === true ? 1 : 0);

/**
 * The columns that fit when texts are narrow. Those that leave first leave before texts, these before figures, the last
 * first.
 */
function useRoom<Row>(all: readonly Column<Row>[]) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [fitting, fit] = useState({ of: all, width, columns: all });
  const [isTooWide, tell] = useState(false);
  const isOld = fitting.of !== all || fitting.width !== width;
  const columns = isOld ? all : fitting.columns;

  useLayoutEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  // After each render: rows may have grown.
  useLayoutEffect(() => {
    const table = frame.current?.firstElementChild;
    if (!(table instanceof HTMLElement) || frame.current === null) return;
    const heads = table.querySelectorAll<HTMLElement>('thead th');
    const leaving = columns
      .map((column, at) => ({ column, width: heads[at]?.offsetWidth ?? 0 }))
      .slice(columnsLeast)
      .reverse()
      .sort((a, b) => rankOf(b.column) - rankOf(a.column));
    let over = table.offsetWidth - frame.current.clientWidth;
    const left = new Set<Column<Row>>();
    for (const { column, width: ofColumn } of leaving) {
      if (over <= 0) continue;
      left.add(column);
      over -= ofColumn;
    }
    if (isOld || left.size > 0) fit({ of: all, width, columns: columns.filter((column) => !left.has(column)) });
    tell(over > 0);
  });
  return { frame, columns, isTooWide };
}

function Head({ column, sorting }: { column: Column<never>; sorting: Sorting | undefined }): ReactNode {
  const { id, header, align, isText, sort } = column;
  const isSorted = sorting?.by === id;
  return (
    <th
      scope="col"
      data-align={align}
      data-text={isText}
      aria-sort={isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : undefined}
    >
      {sorting === undefined || sort === undefined || !sorting.can(id) ? (
        header
      ) : (
        <UnstyledButton className={css['sort'] ?? ''} onClick={() => sorting.onSort(id)}>
          {header}
          <span className={css['arrow']} data-shown={isSorted}>
            <Icon name={isSorted && sorting.isDescending ? 'down' : 'up'} size={11} />
          </span>
        </UnstyledButton>
      )}
    </th>
  );
}

type AnyColumns = readonly Column<unknown>[];
type CellsProps = { columns: AnyColumns; below: AnyColumns; row: unknown };

const Cells = memo(function Cells({ columns, below, row }: CellsProps): ReactNode {
  return columns.map(({ id, cell, align, isText }, at) => {
    const content = cell(row);
    return (
      <td
        key={id}
        data-align={align}
        data-text={isText}
        title={isText && typeof content === 'string' ? content : undefined}
      >
        {isText ? (
          <div className={css['text']}>
            <div>{typeof content === 'string' ? <bdi>{content}</bdi> : content}</div>
          </div>
        ) : (
          content
        )}
        {at > 0
          ? null
          : below.map((one) => (
              <Note key={one.id} className={css['below'] ?? ''}>
                {one.cell(row)}
              </Note>
            ))}
      </td>
    );
  });
});

function Waiting({ columns, name }: { columns: number; name: string }): ReactNode {
  return Array.from({ length: 8 }, (_, row) => `row-${row}`).map((row, index) => (
    <tr key={row}>
      {Array.from({ length: columns }, (_, column) => `cell-${column}`).map((cell, column) => (
        <td key={cell}>
          <Skeleton height={14} my={6} width={column === 0 ? '70%' : '50%'} />
          {index === 0 && column === 0 ? <VisuallyHidden>{parts.loading(name)}</VisuallyHidden> : null}
        </td>
      ))}
    </tr>
  ));
}
