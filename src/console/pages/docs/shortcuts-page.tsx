import type { ReactNode } from 'react';
import { shell } from '../../messages/en.ts';
import { Panel } from '../../parts/parts.ts';
import { ShortcutTable, SingleKeysSwitch } from '../../shell/keyboard-help.tsx';
import { DocsFrame } from './docs-frame.tsx';

export function ShortcutsPage(): ReactNode {
  return (
    <DocsFrame name="shortcuts">
      <Panel title={shell.search.docs.shortcuts}>
        <SingleKeysSwitch />
        <ShortcutTable />
      </Panel>
    </DocsFrame>
  );
}
