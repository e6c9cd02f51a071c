import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { type ReactNode, useMemo } from 'react';
import { parts } from '../messages/en/parts.ts';
import { Icon } from './icon.tsx';

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Always shown: the column with the row's link. */
  isFixed?: boolean;
  isHiddenAtFirst?: boolean;
  align?: 'start' | 'end';
  /** Long texts go on in the next line, so that the list stays within its page. */
  wraps?: boolean;
};

/** The columns that are shown, and the button that chooses them; the choice is remembered in this browser. */
export function useColumns<Row>(
  list: string,
  columns: readonly Column<Row>[],
): { shown: Column<Row>[]; chooser: ReactNode } {
  const [chosen, choose] = useLocalStorage<Record<string, boolean>>({
    key: `millrace.columns.${list}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const shown = useMemo(() => columns.filter((column) => isShown(column, chosen)), [columns, chosen]);
  const chooser = (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<Icon name="columns" />} aria-label={parts.columnsOf(list)}>
          {parts.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.columnsOf(list)}>
        <Stack gap="xs">
          {columns
            .filter(({ isFixed }) => isFixed !== true)
            .map((column) => (
              <Checkbox
                key={column.id}
                size="sm"
                label={column.header}
                checked={isShown(column, chosen)}
                onChange={(event) => choose({ ...chosen, [column.id]: event.currentTarget.checked })}
              />
            ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
  return { shown, chooser };
}

function isShown<Row>({ id, isFixed, isHiddenAtFirst }: Column<Row>, chosen: Record<string, boolean>): boolean {
  return isFixed === true || (chosen[id] ?? isHiddenAtFirst !== true);
}
