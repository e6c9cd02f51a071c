import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function DataCollectionPage(): ReactNode {
  return <Placeholder title={shell.pages.dataCollection} right="collectors:view" />;
}
