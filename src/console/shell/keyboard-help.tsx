import { Anchor, Kbd, Modal, Stack, Switch, Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { parts } from '../messages/en/parts.ts';
import { shell } from '../messages/en/shell.ts';
import { menu } from './menu.ts';
import { useSingleKeys } from './shortcuts.ts';

const { keys } = shell;

const rows: readonly [what: string, ...keys: string[]][] = [
  [keys.palette, 'Ctrl', 'K'],
  [keys.save, 'Ctrl', 'S'],
  [keys.help, '?'],
  [keys.filter, '/'],
  [keys.create, 'n'],
  [keys.rows, 'j', 'k'],
  [keys.openRow, 'Enter'],
  ...menu.map(({ label, letter }): [string, string, string] => [keys.goTo(label), 'g', letter]),
];

/** Every shortcut with what it does. */
export function ShortcutTable(): ReactNode {
  return (
    <Table verticalSpacing={5} withRowBorders={false}>
      <Table.Tbody>
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
    </Table>
  );
}

export function KeyboardHelp({ onClose }: { onClose: () => void }): ReactNode {
  const [isOn, setOn] = useSingleKeys();
  return (
    <Modal opened onClose={onClose} title={keys.title} closeButtonProps={{ 'aria-label': parts.close }}>
      <Stack>
        <Switch
          label={keys.single}
          description={keys.singleHint}
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <ShortcutTable />
        <Stack gap="sm">
          <Anchor component={Link} to="/docs" onClick={onClose} size="sm">
            {keys.docs}
          </Anchor>
          <Anchor component={Link} to="/welcome" onClick={onClose} size="sm">
            {keys.welcome}
          </Anchor>
        </Stack>
      </Stack>
    </Modal>
  );
}
