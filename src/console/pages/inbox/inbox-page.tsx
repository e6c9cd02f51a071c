import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function InboxPage(): ReactNode {
  return <Placeholder title={shell.pages.inbox} right="deliveries:view" />;
}
