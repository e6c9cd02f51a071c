import { shell, terms, connections as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import type { Crumb } from '../../shell/page.tsx';

export const connectionKind = documentKind('connection', {
  newTitle: terms.newConnection,
  crumbs: [{ label: shell.pages.connections, to: '/connections' }],
  copyPage: '/connections/new/webhook',
  copyTitle: words.duplicate,
  rights: 'connections',
  deleteText: words.deleteText,
  created: words.details.created,
});

/** The pages above every page that creates a connection. */
export const newCrumbs: Crumb[] = [...connectionKind.crumbs, { label: terms.newConnection, to: '/connections/new' }];
