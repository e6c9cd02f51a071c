import { ActionIcon, Button, Fieldset, Group } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import { terms } from '../../messages/en.ts';
import { Icon, Note } from '../parts.ts';
import css from './form.module.css';
import { nextRow, type Row } from './rows.ts';

type Props<R extends Row> = {
  list: readonly R[];
  /** What a new row holds. */
  empty: Omit<R, 'row'>;
  words: {
    add: string;
    remove: (row: R, at: number) => string;
    /** With these, each row has a frame, and rows can be moved. */
    frame?: { title: (at: number) => string; up: (at: number) => string; down: (at: number) => string };
  };
  /** The widths of the cells of a row in one line, as CSS. */
  columns?: string;
  isDisabled: boolean;
  onChange: (list: R[]) => void;
  children: (row: R, at: number, change: (next: Partial<R>) => void) => ReactNode;
};

/** A list in a form: its rows one below the other, each with its button to remove it, and one that adds a row. */
export function RowList<R extends Row>(props: Props<R>): ReactNode {
  const { list, empty, words, columns, isDisabled, onChange, children } = props;
  const { frame } = words;
  const button = (icon: 'trash' | 'up' | 'down', label: string, onClick: () => void, isOff = false) => (
    <ActionIcon aria-label={label} disabled={isOff} onClick={onClick}>
      <Icon name={icon} />
    </ActionIcon>
  );
  function move(at: number, to: number) {
    const moved = [...list];
    moved.splice(to, 0, ...moved.splice(at, 1));
    onChange(moved);
  }
  if (isDisabled && list.length === 0) return <Note>{terms.none}</Note>;
  return (
    <>
      {list.map((row, at) => {
        const cells = children(row, at, (next) =>
          onChange(list.map((one) => (one === row ? { ...one, ...next } : one))),
        );
        const remove = isDisabled
          ? null
          : button('trash', words.remove(row, at), () => onChange(list.filter((one) => one !== row)));
        return frame === undefined ? (
          <div key={row.row} className={css['row']} style={{ '--columns': columns } as CSSProperties}>
            {cells}
            {remove}
          </div>
        ) : (
          <Fieldset key={row.row} legend={frame.title(at)}>
            {cells}
            {isDisabled ? null : (
              <Group justify="flex-end" gap="xs">
                {button('up', frame.up(at), () => move(at, at - 1), at === 0)}
                {button('down', frame.down(at), () => move(at, at + 1), at === list.length - 1)}
                {remove}
              </Group>
            )}
          </Fieldset>
        );
      })}
      {isDisabled ? null : (
        <div>
          <Button
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...list, { ...empty, row: nextRow(list) } as R])} // what is empty, with its number
          >
            {words.add}
          </Button>
        </div>
      )}
    </>
  );
}
