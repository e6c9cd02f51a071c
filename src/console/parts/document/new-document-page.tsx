import type { ReactNode } from 'react';
import { Page } from '../../shell/page.tsx';
import type { DocumentKind } from './document-kind.ts';

type Props = { kind: Pick<DocumentKind<never>, 'newTitle' | 'manage' | 'crumbs'>; children: ReactNode };

/** The page that creates a document: its editor, with the heading and the way back. */
export function NewDocumentPage({ kind, children }: Props): ReactNode {
  return (
    <Page title={kind.newTitle} right={kind.manage} crumbs={kind.crumbs}>
      {children}
    </Page>
  );
}
