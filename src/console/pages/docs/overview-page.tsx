import type { ReactNode } from 'react';
import { shell, docs as words } from '../../messages/en.ts';
import { LinkCard, LinkCards } from '../../parts/parts.ts';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';

export function OverviewPage(): ReactNode {
  return (
    <Page title={shell.pages.docs} lead={words.lead}>
      <LinkCards>
        {docsPages.map(({ name, title, lead }) => (
          <LinkCard key={name} to={`/docs/${name}`} name={title} text={lead} />
        ))}
      </LinkCards>
    </Page>
  );
}
