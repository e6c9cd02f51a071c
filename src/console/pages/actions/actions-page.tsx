import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function ActionsPage(): ReactNode {
  return <Placeholder title={shell.pages.actions} right="actions:view" />;
}
