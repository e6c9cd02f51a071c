import { Checkbox, Skeleton } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { parts } from '../messages/en/parts.ts';
import type { Column } from './columns.tsx';
import css from './list-page.module.css';

/** Rows that are ticked, by their keys; `nameOf` names a row's box. */
export type Selection<Row> = {
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  nameOf: (row: Row) => string;
};

type Props<Row> = {
  name: string;
  columns: readonly Column<Row>[];
  /** undefined: loading. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  rowMenu?: ((row: Row) => ReactNode) | undefined;
  selection?: Selection<Row> | undefined;
};

/** The table of a list. A row is drawn again only when it changed itself, so that lists may grow while one looks. */
export function Rows<Row>({ name, columns, rows, rowKey, rowMenu, selection }: Props<Row>): ReactNode {
  const keys = rows?.map(rowKey) ?? [];
  const count = keys.filter((key) => selection?.selected.has(key) === true).length;
  function tick(key: string, isTicked: boolean) {
    const next = new Set(selection?.selected);
    if (isTicked) next.add(key);
    else next.delete(key);
    selection?.onSelect(next);
  }
  return (
    // A wide table scrolls in its own frame, by keyboard too.
    <section className={css['frame']} aria-label={parts.tableScroll(name)} tabIndex={0} aria-busy={rows === undefined}>
      <table className={css['table']}>
        <thead>
          <tr>
            {selection === undefined ? null : (
              <td className={css['menu']}>
                <Checkbox
                  size="sm"
                  aria-label={parts.selectAll}
                  checked={count > 0 && count === keys.length}
                  indeterminate={count > 0 && count < keys.length}
                  onChange={(event) => selection.onSelect(new Set(event.currentTarget.checked ? keys : []))}
                />
              </td>
            )}
            {columns.map(({ id, header, align }) => (
              <th key={id} scope="col" data-align={align}>
                {header}
              </th>
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
                <tr key={key}>
                  {selection === undefined ? null : (
                    <td className={css['menu']}>
                      <Checkbox
                        size="sm"
                        aria-label={parts.select(selection.nameOf(row))}
                        checked={selection.selected.has(key)}
                        onChange={(event) => tick(key, event.currentTarget.checked)}
                      />
                    </td>
                  )}
                  <Cells columns={columns as readonly Column<unknown>[]} row={row} />
                  {rowMenu === undefined ? null : <td className={css['menu']}>{rowMenu(row)}</td>}
                </tr>
              );
            })
          )}
        </tbody>
      </table>
    </section>
  );
}

const Cells = memo(function Cells({ columns, row }: { columns: readonly Column<unknown>[]; row: unknown }): ReactNode {
  return columns.map(({ id, cell, align, wraps }) => (
    <td key={id} data-align={align} data-wraps={wraps}>
      {cell(row)}
    </td>
  ));
});

function Waiting({ columns, name }: { columns: number; name: string }): ReactNode {
  return Array.from({ length: 8 }, (_, row) => `row-${row}`).map((row, index) => (
    <tr key={row}>
      {Array.from({ length: columns }, (_, column) => `cell-${column}`).map((cell, column) => (
        <td key={cell}>
          <Skeleton height={14} my={6} width={column === 0 ? '70%' : '50%'} />
          {index === 0 && column === 0 ? <span className={css['hidden']}>{parts.loading(name)}</span> : null}
        </td>
      ))}
    </tr>
  ));
}
