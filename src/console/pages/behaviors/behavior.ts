import type { RouteResponse } from '../../../client/client.ts';
import { shell, terms, behaviors as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';

export type Behavior = RouteResponse<'getBehavior'>;

export const behaviorKind = documentKind('behavior', {
  newTitle: words.create,
  crumbs: [{ label: shell.pages.behaviors, to: '/behaviors' }],
  copyPage: '/behaviors/new',
  rights: 'behaviors',
  created: terms.saved,
  createdOpens: 'list',
});

/** Why a behavior can't be deleted; null: it can. */
export function blockedBy({ standard, usedBy }: Behavior): string | null {
  if (standard) return words.blocked.standard;
  return usedBy > 0 ? words.blocked.used(usedBy) : null;
}
