import { alerts as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { settingsCrumb } from '../../shell/page.tsx';

export const alertKind = documentKind('alert', {
  newTitle: words.create,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/alerts' }],
  rights: 'settings',
  deleteText: words.deleteText,
  created: words.created,
});
