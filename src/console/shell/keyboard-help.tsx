import { Kbd, Stack, Switch, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { shell, terms } from '../messages/en.ts';
import { bindChecked } from '../parts/form/bind.ts';
import { Dialog, PlainLink } from '../parts/parts.ts';
import { singleKeysChoice, useKeptChoice } from '../session/kept-choice.ts';
import { isMac } from './is-mac.ts';
import { menu } from './menu.ts';

const { keys } = shell;
const mod = isMac ? '⌘' : 'Ctrl';

/** What a key does, and the keys: together (`Ctrl K`), one after the other (`g h`), or one of them (`j k`). */
type Row = readonly [what: string, ...keys: string[]];

const groups: readonly (readonly [title: string, rows: readonly Row[]])[] = [
  [
    keys.everywhere,
    [
      [terms.search, mod, 'K'],
      [terms.save, mod, 'S'],
      [keys.help, '?'],
      [keys.filter, '/'],
      [keys.create, 'n'],
      [terms.close, 'Esc'],
    ],
  ],
  [
    keys.lists,
    [
      [keys.rows, 'j', 'k'],
      [keys.openRow, 'Enter'],
      [keys.peek, keys.space],
      [keys.explain, 'x'],
      [keys.copy, 'c'],
    ],
  ],
  [
    keys.objects,
    [
      [keys.edit, 'e'],
      [keys.test, 't'],
      [keys.retry, 'r'],
      [keys.attempts, '[', ']'],
    ],
  ],
  [
    keys.template,
    [
      [keys.preview, mod, 'Enter'],
      [keys.nextProblem, 'F8'],
      [keys.lastProblem, 'Shift', 'F8'],
      [keys.fix, mod, '.'],
      [keys.fields, 'Ctrl', 'Space'],
      [terms.find, mod, 'F'],
      [keys.leave, 'Tab'],
    ],
  ],
  [keys.pages, menu.map(({ label, letter }): Row => [keys.goTo(label), 'g', letter])],
];

/** Every shortcut with what it does. */
export function ShortcutTable(): ReactNode {
  return (
    <Table verticalSpacing={5} withRowBorders={false}>
      {groups.map(([title, rows]) => (
        <Table.Tbody key={title}>
          <Table.Tr>
            <Table.Th scope="rowgroup" colSpan={2} pt="sm">
              {title}
            </Table.Th>
          </Table.Tr>
          {rows.map(([what, ...pressed]) => (
            <Table.Tr key={what}>
              <Table.Th scope="row" fw={400}>
                {what}
              </Table.Th>
              <Table.Td ta="end">
                {pressed.map((key) => (
                  <Kbd key={key} ms={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      ))}
    </Table>
  );
}

/** Switches the shortcuts of one letter on and off in this browser. */
export function SingleKeysSwitch(): ReactNode {
  const [isOn, set] = useKeptChoice(singleKeysChoice);
  return (
    <Switch
      label={keys.single}
      description={keys.singleHint}
      {...bindChecked(isOn === 'on', (isChecked) => set(isChecked ? 'on' : 'off'))}
    />
  );
}

export function KeyboardHelp({ onClose }: { onClose: () => void }): ReactNode {
  return (
    <Dialog onClose={onClose} title={shell.search.docs.shortcuts}>
      <Stack>
        <SingleKeysSwitch />
        <ShortcutTable />
        <Stack gap="sm">
          <PlainLink to="/docs" onClick={onClose} inherit={false} size="sm">
            {keys.docs}
          </PlainLink>
          <PlainLink to="/welcome" onClick={onClose} inherit={false} size="sm">
            {keys.welcome}
          </PlainLink>
        </Stack>
      </Stack>
    </Dialog>
  );
}
