import { Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Panel } from '../../parts/panel.tsx';
import { ShortcutTable } from '../../shell/keyboard-help.tsx';
import { useSingleKeys } from '../../shell/shortcuts.ts';
import { DocsFrame } from './docs-frame.tsx';

export function ShortcutsPage(): ReactNode {
  const [isOn, setOn] = useSingleKeys();
  return (
    <DocsFrame name="shortcuts">
      <Panel title={shell.search.docs.shortcuts}>
        <Switch
          label={shell.keys.single}
          description={shell.keys.singleHint}
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <ShortcutTable />
      </Panel>
    </DocsFrame>
  );
}
