import type { ReactNode } from 'react';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { collectorKind } from './collector.ts';
import { CollectorEditor } from './collector-editor.tsx';

export function NewCollectorPage(): ReactNode {
  return (
    <NewDocumentPage kind={collectorKind}>
      <CollectorEditor stored={null} />
    </NewDocumentPage>
  );
}
