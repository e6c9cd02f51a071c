import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { shell } from '../../messages/en.ts';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';

type Props = { name: string; actions?: ReactNode; children: ReactNode };

/** A page of the docs. */
export function DocsFrame({ name, actions, children }: Props): ReactNode {
  return (
    <Page
      title={docsPages.find((one) => one.name === name)?.title ?? shell.pages.docs}
      crumbs={[{ label: shell.pages.docs, to: '/docs' }]}
      actions={actions}
    >
      <Stack gap="md" maw="54rem" miw={0}>
        {children}
      </Stack>
    </Page>
  );
}
