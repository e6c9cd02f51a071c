import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { docs as words } from '../../messages/en/docs.ts';
import { shell } from '../../messages/en/shell.ts';
import { Page } from '../../shell/page.tsx';
import css from './docs.module.css';

/** The pages of the docs, in their order. */
export const docsPages = [
  { to: '/docs/templates', topic: 'templates' },
  { to: '/docs/recipes', topic: 'recipes' },
  { to: '/docs/shortcuts', topic: 'shortcuts' },
  { to: '/docs/errors', topic: 'errors' },
  { to: '/docs/api', topic: 'api' },
  { to: '/docs/changelog', topic: 'changelog' },
] as const;

type Props = { topic: keyof typeof words.topics; actions?: ReactNode; children: ReactNode };

/** A page of the docs with the way to the others. */
export function DocsFrame({ topic, actions, children }: Props): ReactNode {
  return (
    <Page
      title={shell.search.docs[topic]}
      lead={words.topics[topic]}
      crumbs={[{ label: words.title, to: '/docs' }]}
      actions={actions}
    >
      <div className={css['frame']}>
        <nav aria-label={words.pages} className={css['nav']}>
          {docsPages.map((one) => (
            <Link key={one.topic} to={one.to} className={css['navLink'] ?? ''}>
              {shell.search.docs[one.topic]}
            </Link>
          ))}
        </nav>
        <div className={css['content']}>{children}</div>
      </div>
    </Page>
  );
}
