import { Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';
import css from './docs.module.css';

type Props = { name: string; actions?: ReactNode; children: ReactNode };

/** A page of the docs with the way to the others. */
export function DocsFrame({ name, actions, children }: Props): ReactNode {
  return (
    <Page
      title={docsPages.find((one) => one.name === name)?.title ?? shell.pages.docs}
      crumbs={[{ label: shell.pages.docs, to: '/docs' }]}
      actions={actions}
    >
      <div className={css['frame']}>
        <nav aria-label={words.pages} className={css['nav']}>
          {docsPages.map((one) => (
            <Link key={one.name} to={`/docs/${one.name}` as '/docs'} className={css['navLink'] ?? ''}>
              {one.title}
            </Link>
          ))}
        </nav>
        <Stack gap="md" maw="54rem" miw={0}>
          {children}
        </Stack>
      </div>
    </Page>
  );
}
