import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function BehaviorsPage(): ReactNode {
  return <Placeholder title={shell.pages.behaviors} right="behaviors:view" />;
}
