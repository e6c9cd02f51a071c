import type { ReactNode } from 'react';
import { shell, docs as words } from '../../messages/en.ts';
import { LinkCard, LinkCards, Panel } from '../../parts/parts.ts';
import { ShortcutTable, SingleKeysSwitch } from '../../shell/keyboard-help.tsx';
import { Page } from '../../shell/page.tsx';
import { docsPages } from './doc-list.ts';
import { DocsFrame } from './docs-frame.tsx';

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

export function ShortcutsPage(): ReactNode {
  return (
    <DocsFrame name="shortcuts">
      <Panel title={shell.search.docs.shortcuts}>
        <SingleKeysSwitch />
        <ShortcutTable />
      </Panel>
    </DocsFrame>
  );
}
