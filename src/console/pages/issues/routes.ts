import { createRoute } from '@tanstack/react-router';
import { issueKinds, issueSeverities } from '../../../contract/records/issue-words.ts';
import { choice, listSearch, search, textSearch } from '../../parts/list/list-search.ts';
import { lazyPage } from '../../shell/lazy-page.ts';
import { shellRoute } from '../../shell/shell-route.tsx';
import { shownStates } from './issue-filters.ts';

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/issues',
  validateSearch: search({
    ...listSearch,
    state: choice(shownStates),
    kind: choice(issueKinds),
    severity: choice(issueSeverities),
    connection: textSearch,
    destination: textSearch,
    action: textSearch,
  }),
  component: lazyPage(() => import('./issues-page.tsx'), 'IssuesPage'),
});

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/issues/$issueId',
  component: lazyPage(() => import('./issue-page.tsx'), 'IssuePage'),
});

export const issueRoutes = [list, details] as const;
