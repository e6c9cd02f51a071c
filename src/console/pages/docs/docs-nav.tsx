import type { ReactNode } from 'react';
import { shell, docs as words } from '../../messages/en.ts';
import { SideMenu } from '../../parts/parts.ts';
import { docsPages } from './doc-list.ts';

const pages = docsPages.map(({ name, title }) => ({ label: title, to: `/docs/${name}` }));

/** The pages of the docs. */
export function DocsNav(): ReactNode {
  return <SideMenu label={words.pages} groups={[{ title: shell.pages.docs, pages }]} />;
}
