import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Text } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { parts } from '../../messages/en.ts';
import { useKept } from '../../session/kept-choice.ts';
import { bindChecked } from '../form/bind.ts';
import { Icon } from '../parts.ts';
import css from './list-page.module.css';
import { inOrder } from './whole-list.ts';

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Always shown, in its place: the column with the row's link. */
  isFixed?: boolean;
  isHiddenAtFirst?: boolean;
  /** Leaves before the others where not all have room, unless it was ticked. */
  leavesFirst?: boolean;
  /** Where it has no room, it is said below the first column. */
  goesBelow?: boolean;
  align?: 'start' | 'end';
  /** A text of any length: it gives way to the other columns and ends in an ellipsis. */
  isText?: boolean;
  /** What the list is sorted by when it is sorted by this column. Rows without a value come last. */
  sort?: (row: Row) => string | number | null | undefined;
};

type Kept = { shown: Readonly<Record<string, boolean>>; order: readonly string[] };

const asDeclared: Kept = { shown: {}, order: [] };

/** The columns to show, and the button that hides and moves them. The choice is kept per person in this browser. */
export function useColumns<Row>(
  list: string,
  columns: readonly Column<Row>[],
): { shown: readonly Column<Row>[]; chooser: ReactNode } {
  const [kept, keep] = useKept(`columns.${list}`, asDeclared);
  const ordered = useMemo(() => inOrder(columns, kept.order), [columns, kept.order]);
  const shown = useMemo(
    () =>
      ordered
        .filter((column) => isShown(column, kept.shown))
        .map((column) => (kept.shown[column.id] === true ? { ...column, leavesFirst: false } : column)),
    [ordered, kept.shown],
  );

  // Past columns that are hidden, so that each press shows.
  function move(at: number, step: 1 | -1) {
    let to = at + step;
    for (let next = ordered[to]; next !== undefined && !isShown(next, kept.shown); next = ordered[to]) to += step;
    const ids = ordered.map(({ id }) => id);
    const [moved = ''] = ids.splice(at, 1);
    keep({ ...kept, order: ids.toSpliced(Math.max(to, 0), 0, moved) });
  }

  const chooser = (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button className={css['tool'] ?? ''} leftSection={<Icon name="columns" />} aria-label={parts.columnsOf(list)}>
          {parts.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={parts.columnsOf(list)}>
        <Stack gap={4}>
          {ordered.map((column, at) => (
            <Group key={column.id} justify="space-between" wrap="nowrap" gap="lg">
              <Checkbox
                size="sm"
                label={column.header}
                disabled={column.isFixed === true}
                {...bindChecked(isShown(column, kept.shown), (isChecked) =>
                  keep({ ...kept, shown: { ...kept.shown, [column.id]: isChecked } }),
                )}
              />
              <Group gap={0} wrap="nowrap">
                <ActionIcon aria-label={parts.moveLeft(column.header)} disabled={at === 0} onClick={() => move(at, -1)}>
                  <Icon name="up" size={13} />
                </ActionIcon>
                <ActionIcon
                  aria-label={parts.moveRight(column.header)}
                  disabled={at === ordered.length - 1}
                  onClick={() => move(at, 1)}
                >
                  <Icon name="down" size={13} />
                </ActionIcon>
              </Group>
            </Group>
          ))}
          <Text c="dimmed" size="xs" maw="15rem">
            {parts.columnsText}
          </Text>
          <Button size="xs" disabled={kept === asDeclared} onClick={() => keep(asDeclared)}>
            {parts.columnsReset}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
  return { shown, chooser };
}

function isShown<Row>({ id, isFixed, isHiddenAtFirst }: Column<Row>, shown: Kept['shown']): boolean {
  return isFixed === true || (shown[id] ?? isHiddenAtFirst !== true);
}
