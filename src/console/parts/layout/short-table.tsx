import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = {
  label?: string;
  head: readonly string[];
  /** The first cell of a row is its heading. */
  rows: readonly { key: string; cells: readonly [ReactNode, ...ReactNode[]] }[];
  /** Below this width it scrolls sideways. Without it, words break below the heading. */
  minWidth?: number;
  maxHeight?: number;
};

/** A table of a few rows, without the tools of a list. */
export function ShortTable({ label, head, rows, minWidth, maxHeight }: Props): ReactNode {
  const table = (
    <Table aria-label={label} {...(minWidth === undefined ? { style: { overflowWrap: 'anywhere' } } : {})}>
      <Table.Thead style={{ overflowWrap: 'normal' }}>
        <Table.Tr>
          {head.map((name) => (
            <Table.Th key={name} scope="col">
              {name}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ key, cells: [first, ...others] }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row">{first}</Table.Th>
            {others.map((cell, at) => (
              <Table.Td key={head[at + 1]}>{cell}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
  if (minWidth === undefined) return table;
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      {...(maxHeight === undefined ? {} : { maxHeight })}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
    >
      {table}
    </Table.ScrollContainer>
  );
}
