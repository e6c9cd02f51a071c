import type { ReactNode } from 'react';
import { Facts, Inspector } from '../parts.ts';
import type { Column } from './columns.tsx';

type Props<Row> = {
  title: string;
  shown: string | undefined;
  columns: readonly Column<Row>[];
  row: Row;
  onClose: () => void;
  children: ReactNode;
};

/** A row beside its list: what all of its columns say, also those that are hidden or have no room. */
export function Peek<Row>({ title, shown, columns, row, onClose, children }: Props<Row>): ReactNode {
  return (
    <Inspector
      title={title}
      shown={shown}
      onClose={() => {
        document.querySelector<HTMLElement>('tr[data-peeked] [data-row-link]')?.focus({ preventScroll: true });
        onClose();
      }}
    >
      {/* The name is the title. */}
      <Facts
        facts={columns.filter(({ id }) => id !== 'name').map(({ header, cell }) => [header, cell(row)] as const)}
      />
      {children}
    </Inspector>
  );
}
