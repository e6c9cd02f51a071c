import type { ReactNode } from 'react';
import { shell } from '../../messages/en/shell.ts';
import { Placeholder } from '../../shell/placeholder.tsx';

export function EventsPage(): ReactNode {
  return <Placeholder title={shell.pages.events} right="events:view" />;
}
