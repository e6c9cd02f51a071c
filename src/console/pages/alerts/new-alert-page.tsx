import type { ReactNode } from 'react';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { alertKind } from './alert.ts';
import { AlertEditor } from './alert-editor.tsx';

export function NewAlertPage(): ReactNode {
  return (
    <NewDocumentPage kind={alertKind}>
      <AlertEditor stored={null} />
    </NewDocumentPage>
  );
}
