import type { ReactNode } from 'react';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { userKind } from './user.ts';
import { UserEditor } from './user-editor.tsx';

export function NewUserPage(): ReactNode {
  return (
    <NewDocumentPage kind={userKind}>
      <UserEditor stored={null} />
    </NewDocumentPage>
  );
}
