import type { CallInput } from '../../../client/client.ts';
import { allQuery, apiQuery } from '../../data/api.ts';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';
import { client } from '../../session/session.ts';

export const behaviorKind = documentKind<Behavior, NonNullable<CallInput<'createBehavior'>['body']>>({
  kind: 'behavior',
  one: terms.behavior,
  newTitle: words.create,
  nameOf: ({ name }) => name,
  crumbs: [{ label: shell.pages.behaviors, to: '/behaviors' }],
  copyPage: '/behaviors/new',
  rights: 'behaviors',
  created: terms.saved,
  createdOpens: 'list',
  all: () => allQuery('listBehaviors'),
  query: (id) => apiQuery('getBehavior', { params: { id } }),
  create: (body) => client().call('createBehavior', { body }),
  replace: (id, body, over) => client().call('replaceBehavior', { params: { id }, body, ...over }),
});

/** Why a behavior can't be deleted; null: it can. */
export function blockedBy({ standard, usedBy }: Behavior): string | null {
  if (standard) return words.blocked.standard;
  return usedBy > 0 ? words.blocked.used(usedBy) : null;
}
