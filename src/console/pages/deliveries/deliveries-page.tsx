import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function DeliveriesPage(): ReactNode {
  return <Placeholder title={shell.pages.deliveries} right="deliveries:view" />;
}
