import type { ReactNode } from 'react';
import type { Right } from '../../contract/rights.ts';
import { shell } from '../messages/en/shell.ts';
import { Page } from './page.tsx';

/** Stands where a page of the menu is still to be made. */
export function Placeholder({ title, right }: { title: string; right: Right }): ReactNode {
  return (
    <Page title={title} right={right} lead={shell.placeholder.title(title)}>
      <p>{shell.placeholder.text}</p>
    </Page>
  );
}
