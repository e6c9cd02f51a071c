import type { ReactNode } from 'react';
import { terms } from '../../messages/en.ts';
import type { DocumentKind, StoredDocument } from '../document/document-kind.ts';
import { addressOf, type Status, StatusBadge, Time } from '../parts.ts';
import type { Column } from './columns.tsx';
import { RowLink } from './row-link.tsx';

type More<Row> = Partial<Omit<Column<Row>, 'id' | 'header' | 'cell'>>;
type Cell<Row> = Column<Row>['cell'];

/** A column with cells of its own; `more` is all but these. */
export function column<Row>(id: string, header: string, cell: Cell<Row>): Column<Row>;
export function column<Row>(id: string, header: string, more: More<Row>, cell: Cell<Row>): Column<Row>;
export function column<Row>(id: string, header: string, ...rest: [Cell<Row>] | [More<Row>, Cell<Row>]): Column<Row> {
  const [more, cell] = rest.length === 1 ? [{}, rest[0]] : rest;
  return { id, header, cell, ...more };
}

/** The name of a document, which leads to its page, with its description or another note. */
export function nameColumn<Row extends StoredDocument & { description?: string }>(
  kind: Pick<DocumentKind<Row>, 'kind' | 'nameOf'>,
  header: string = terms.name,
  noteOf: (row: Row) => string | undefined = ({ description }) => description,
): Column<Row> {
  return {
    id: 'name',
    header,
    isFixed: true,
    isText: true,
    sort: kind.nameOf,
    cell: (row) => (
      <RowLink to={addressOf(kind.kind, row)} note={noteOf(row)}>
        {kind.nameOf(row)}
      </RowLink>
    ),
  };
}

/** The status of a thing, or the state that `of` names. */
export function statusColumn<Row extends { status: Status }>(header: string = terms.status): Column<Row> {
  return { id: 'status', header, sort: ({ status }) => status, cell: ({ status }) => <StatusBadge status={status} /> };
}

/** A text or a number as it is. */
export function valueColumn<Row>(
  id: string,
  header: string,
  value: (row: Row) => string | number,
  more: More<Row> = {},
): Column<Row> {
  return { id, header, sort: value, cell: value, ...more };
}

/** A time; null is shown as `none`. */
export function timeColumn<Row>(
  id: string,
  header: string,
  at: (row: Row) => string | null,
  { none = '', show, ...more }: More<Row> & { none?: ReactNode; show?: Parameters<typeof Time>[0]['show'] } = {},
): Column<Row> {
  return {
    id,
    header,
    sort: at,
    cell(row) {
      const time = at(row);
      return time === null ? none : <Time at={time} {...(show === undefined ? {} : { show })} />;
    },
    ...more,
  };
}

/** Who changed a document last, for those who choose the column. */
export function modifiedByColumn<Row extends { updatedBy: string }>(): Column<Row> {
  return valueColumn('modifiedBy', terms.modifiedBy, ({ updatedBy }) => updatedBy, {
    isText: true,
    isHiddenAtFirst: true,
  });
}

/** When a document was changed last; by whom on hover. */
export function modifiedColumn<Row extends { updatedAt: string; updatedBy: string }>(
  more: More<Row> = {},
): Column<Row> {
  return {
    id: 'modified',
    header: terms.modified,
    leavesFirst: true,
    sort: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt, updatedBy }) => (
      <span title={terms.by(updatedBy)}>
        <Time at={updatedAt} />
      </span>
    ),
    ...more,
  };
}
