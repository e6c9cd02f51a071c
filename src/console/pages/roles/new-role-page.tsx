import type { ReactNode } from 'react';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { roleKind } from './role.ts';
import { RoleEditor } from './role-editor.tsx';

export function NewRolePage(): ReactNode {
  return (
    <NewDocumentPage kind={roleKind}>
      <RoleEditor stored={null} />
    </NewDocumentPage>
  );
}
