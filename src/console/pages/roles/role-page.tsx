import type { ReactNode } from 'react';
import { roles as words } from '../../messages/en/roles.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { DeleteRole } from './delete-role.tsx';
import { blockedBy, roleKind } from './role.ts';
import { RoleEditor } from './role-editor.tsx';

export function RolePage(): ReactNode {
  return (
    <DocumentPage kind={roleKind} lead={({ users }) => words.users(users)} blockedBy={blockedBy} deletion={DeleteRole}>
      {(role) => <RoleEditor key={role.id} stored={role} />}
    </DocumentPage>
  );
}
