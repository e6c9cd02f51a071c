import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { NewDocumentPage } from '../../parts/document/new-document-page.tsx';
import { behaviorKind } from './behavior.ts';
import { BehaviorEditor } from './behavior-editor.tsx';

export function NewBehaviorPage(): ReactNode {
  const { from } = useSearch({ from: '/shell/behaviors/new' });
  const { data, error } = useQuery({
    ...apiQuery('getBehavior', { params: { id: from ?? '' } }),
    enabled: from !== undefined,
  });
  return (
    <NewDocumentPage kind={behaviorKind}>
      {from !== undefined && data === undefined && error === null ? (
        <Skeleton height={260} aria-busy="true" />
      ) : (
        <BehaviorEditor stored={null} copied={data} />
      )}
    </NewDocumentPage>
  );
}
