import type { ComponentType, ReactNode } from 'react';
import { Page } from '../../shell/page.tsx';
import type { DocumentKind } from './document-kind.ts';

type Kind = Pick<DocumentKind<never>, 'newTitle' | 'manage' | 'crumbs'>;

/** The frame of a page that creates a document: the heading and the way back. */
export function NewDocumentPage({ kind, children }: { kind: Kind; children: ReactNode }): ReactNode {
  return (
    <Page title={kind.newTitle} right={kind.manage} crumbs={kind.crumbs}>
      {children}
    </Page>
  );
}

/** The page that creates a document by its editor alone. */
export const newDocumentPage = (kind: Kind, Editor: ComponentType<{ stored: null }>) => (): ReactNode => (
  <NewDocumentPage kind={kind}>
    <Editor stored={null} />
  </NewDocumentPage>
);
